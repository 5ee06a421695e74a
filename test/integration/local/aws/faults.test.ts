import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFaults } from '../../../../infra/local/faults.ts';
import type { Command, Stack } from './stack.ts';
import { allow, queueArn, startStack, table } from './stack.ts';

describe('a call', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  const everything = [allow(['dynamodb:*', 'sqs:*', 'events:*', 'execute-api:*'])];
  const put = (sk: string): Command => [
    'dynamodb',
    'PutItem',
    { TableName: 'chat', Item: { PK: { S: 'p' }, SK: { S: sk } } },
  ];
  const isStored = async (sk: string) => {
    stack.faults.clear();
    const [answer] = await stack.run([
      'dynamodb',
      'GetItem',
      { TableName: 'chat', Key: { PK: { S: 'p' }, SK: { S: sk } } },
    ]);
    return answer.Item !== undefined;
  };

  it('that is throttled is not made, and each service says so in its way', async () => {
    await stack.grant(everything);
    stack.faults.add({ fault: { kind: 'throttle' } });
    expect(
      await stack.run(
        put('throttled'),
        ['sqs', 'SendMessage', { QueueUrl: `${stack.endpoint.url}/000000000000/jobs`, MessageBody: 'x' }],
        ['events', 'PutEvents', { Entries: [{ Source: 's', DetailType: 't', Detail: '{}' }] }],
        ['sockets', 'PostToConnection', { ConnectionId: 'c1', Data: 'x' }],
      ),
    ).toMatchObject([
      { error: 'ProvisionedThroughputExceededException', status: 400 },
      { error: 'RequestThrottled', status: 400 },
      { error: 'ThrottlingException', status: 400 },
      { error: 'LimitExceededException', status: 429 },
    ]);
    expect(await isStored('throttled')).toBe(false);
    expect(stack.posts).toEqual([]);
  });

  it('that the SDK repeats succeeds once the throttling is over, and every attempt is counted', async () => {
    await stack.grant(everything, { environment: { ATTEMPTS: '3' } });
    stack.faults.add({ action: 'dynamodb:PutItem', times: 2, fault: { kind: 'throttle' } });
    expect(await stack.run(put('retried'))).toEqual([{}]);
    expect(stack.meter.lastOf('Test/worker')).toMatchObject({
      roundTrips: 3,
      writeUnits: 1,
      actions: { 'dynamodb:PutItem': 3 },
    });
  });

  it('that fails with an internal error is not made', async () => {
    await stack.grant(everything);
    stack.faults.add({ fault: { kind: 'error' } });
    expect(await stack.run(put('failed'))).toMatchObject([{ error: 'InternalServerError', status: 500 }]);
    expect(await isStored('failed')).toBe(false);
  });

  it('that is never answered leaves its function to its timeout', async () => {
    await stack.grant(everything, { timeoutSeconds: 1 });
    stack.faults.add({ fault: { kind: 'timeout' } });
    await expect(stack.run(put('unanswered'))).rejects.toThrow('Sandbox.Timedout');
    expect(await isStored('unanswered')).toBe(false);
    expect(stack.meter.calls()[0]).toMatchObject({ action: 'dynamodb:PutItem', status: 0, error: 'NoAnswer' });
  });

  it('before which the instance dies is not made', async () => {
    await stack.grant(everything);
    stack.faults.add({ fault: { kind: 'crash-before' } });
    await expect(stack.run(put('before'))).rejects.toThrow('Runtime.ExitError');
    expect(await isStored('before')).toBe(false);
  });

  it('after which the instance dies is made', async () => {
    await stack.grant(everything);
    stack.faults.add({ fault: { kind: 'crash-after' } });
    await expect(stack.run(put('after'))).rejects.toThrow('Runtime.ExitError');
    expect(await isStored('after')).toBe(true);
  });

  it('that is delayed takes at least so long', async () => {
    await stack.grant(everything);
    stack.faults.add({ fault: { kind: 'delay', ms: 120 } });
    expect(await stack.run(put('delayed'))).toEqual([{}]);
    const [call] = stack.meter.calls();
    expect(call && call.endedAt - call.startedAt).toBeGreaterThan(115);
  });

  it('that has to meet others is made once they are there, or its time is over', async () => {
    await stack.grant(everything);
    stack.faults.add({ times: 2, fault: { kind: 'meeting', calls: 2, ms: 60_000 } });
    expect(await Promise.all([stack.run(put('one')), stack.run(put('other'))])).toEqual([[{}], [{}]]);
    const [one, other] = stack.meter.calls();
    expect(Math.min(one?.endedAt ?? 0, other?.endedAt ?? 0)).toBeGreaterThan(
      Math.max(one?.startedAt ?? 0, other?.startedAt ?? 0),
    );

    stack.faults.add({ fault: { kind: 'meeting', calls: 2, ms: 50 } });
    expect(await stack.run(put('alone'))).toEqual([{}]);
  });

  it('that the role does not allow is denied, fault or not', async () => {
    await stack.grant([allow('dynamodb:GetItem', table.arn), allow('sqs:SendMessage', queueArn)]);
    stack.faults.add({ fault: { kind: 'throttle' } });
    expect(await stack.run(put('denied'))).toMatchObject([{ error: 'AccessDeniedException' }]);
  });
});

describe('rules', () => {
  const throttle = { kind: 'throttle' } as const;

  it('strike functions and actions by name or pattern', () => {
    const faults = createFaults();
    faults.add({ function: 'send', action: /^dynamodb:(Put|Update)Item$/, fault: throttle });
    expect(faults.forCall('send', 'dynamodb:PutItem')).toEqual(throttle);
    expect(faults.forCall('send', 'dynamodb:GetItem')).toBeUndefined();
    expect(faults.forCall('sender', 'dynamodb:PutItem')).toBeUndefined();
  });

  it('let the first matches through and strike so many times', () => {
    const faults = createFaults();
    faults.add({ after: 1, times: 2, fault: throttle });
    const strikes = [1, 2, 3, 4, 5].map(() => faults.forCall('f', 'a') !== undefined);
    expect(strikes).toEqual([false, true, true, false, false]);
  });

  it('end when they are taken back', () => {
    const faults = createFaults();
    const remove = faults.add({ fault: throttle });
    faults.add({ sockets: 1 });
    remove();
    expect(faults.forCall('f', 'a')).toBeUndefined();
    expect(faults.dropsSocket()).toBe(true);
    faults.clear();
    expect(faults.dropsSocket()).toBe(false);
  });

  it('are the same again for the same seed', () => {
    const faults = createFaults(7);
    faults.add({ probability: 0.3, fault: throttle });
    const run = () => Array.from({ length: 200 }, () => faults.forCall('f', 'a') !== undefined);
    const first = run();
    faults.reseed(7);
    expect(run()).toEqual(first);
    faults.reseed(8);
    expect(run()).not.toEqual(first);
    const share = first.filter(Boolean).length / first.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
  });

  it('are counted as they strike', () => {
    const faults = createFaults();
    faults.add({ times: 2, fault: throttle });
    faults.add({ function: 'fanout', batch: { duplicate: 1 } });
    for (let i = 0; i < 3; i += 1) faults.forCall('f', 'a');
    for (const name of ['fanout', 'publisher']) faults.forBatch(name);
    faults.clear();
    faults.dropsSocket();
    faults.add({ sockets: 1 });
    faults.dropsSocket();
    expect(faults.struck()).toEqual({ throttle: 2, 'duplicated-batch': 1, 'cut-socket': 1 });
  });

  it('duplicate and delay batches', () => {
    const faults = createFaults();
    faults.add({ function: 'fanout', batch: { duplicate: 1, delay: { probability: 1, ms: 50 } } });
    expect(faults.forBatch('fanout')).toEqual({ duplicate: true, delayMs: 50 });
    expect(faults.forBatch('publisher')).toEqual({ duplicate: false, delayMs: 0 });
  });
});
