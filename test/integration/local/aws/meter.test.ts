import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMeter, summarise } from '../../../../infra/local/aws/meter.ts';
import type { MeteredCall } from '../../../../infra/local/ports.ts';
import type { Command, Stack } from './stack.ts';
import { allow, startStack, table } from './stack.ts';

const get = (sk: string): Command => [
  'dynamodb',
  'GetItem',
  { TableName: 'chat', Key: { PK: { S: 'p' }, SK: { S: sk } } },
];

describe('of a running function', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it('counts round trips by what waited for what, not by what happened to be answered first', async () => {
    await stack.grant([allow('dynamodb:GetItem')]);
    const result = await stack.runSteps([[get('a'), get('b'), get('c')], [get('d')], [get('e'), get('f')]]);
    const summary = stack.meter.invocation(result.requestId);
    expect(summary).toMatchObject({ roundTrips: 3, readUnits: 3, writeUnits: 0, actions: { 'dynamodb:GetItem': 6 } });
    expect(summary.calls.map(({ depth }) => depth)).toEqual([1, 1, 1, 2, 3, 3]);
    expect(summary.calls.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('starts anew with each invocation of a warm instance', async () => {
    await stack.grant([allow('dynamodb:GetItem')]);
    await stack.runSteps([[get('a')], [get('b')]]);
    await stack.runSteps([[get('a')]]);
    expect(stack.meter.lastOf('Test/worker')).toMatchObject({ roundTrips: 1, readUnits: 0.5 });
  });

  it('keeps what each call was', async () => {
    const fn = await stack.grant([allow('dynamodb:GetItem')]);
    const result = await stack.runSteps([[get('a')]]);
    const [call] = stack.meter.calls({ function: fn.name, action: /^dynamodb:/ });
    expect(call).toEqual({
      function: 'Test/worker',
      invocation: result.requestId,
      sequence: 1,
      depth: 1,
      action: 'dynamodb:GetItem',
      resources: [table.arn],
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
      requestBytes: expect.any(Number),
      responseBytes: 2,
      status: 200,
      error: undefined,
      readUnits: 0.5,
      writeUnits: 0,
    });
    expect(call && call.endedAt > call.startedAt).toBe(true);
  });
});

describe('as a record', () => {
  const call = (invocation: string, settings: Partial<MeteredCall> = {}): MeteredCall => ({
    function: 'f',
    invocation,
    sequence: 1,
    depth: 1,
    action: 'dynamodb:GetItem',
    resources: [],
    startedAt: 0,
    endedAt: 1,
    requestBytes: 0,
    responseBytes: 0,
    status: 200,
    error: undefined,
    readUnits: 0,
    writeUnits: 0,
    ...settings,
  });

  it('forgets the oldest invocations when it is full', () => {
    const meter = createMeter(3);
    for (const invocation of ['a', 'b', 'b', 'c']) meter.record(call(invocation));
    expect(meter.calls().map(({ invocation }) => invocation)).toEqual(['b', 'b', 'c']);
  });

  it('takes a call whose caller does not say its depth as one that waited for all that were answered', () => {
    const meter = createMeter();
    const first = meter.begin('f', 'a');
    const beside = meter.begin('f', 'a');
    meter.record(call('a', first));
    expect([first, beside, meter.begin('f', 'a')]).toEqual([
      { sequence: 1, depth: 1 },
      { sequence: 2, depth: 1 },
      { sequence: 3, depth: 2 },
    ]);
  });

  it('sums any part of an invocation', () => {
    const posts = call('a', { action: 'execute-api:ManageConnections', depth: 5 });
    const all = [call('a', { writeUnits: 2, depth: 4 }), posts];
    expect(summarise(all.filter(({ action }) => action.startsWith('dynamodb:')))).toMatchObject({
      roundTrips: 4,
      writeUnits: 2,
    });
    expect(summarise([])).toEqual({ calls: [], roundTrips: 0, readUnits: 0, writeUnits: 0, actions: {} });
  });

  it('forgets everything when it is reset', () => {
    const meter = createMeter();
    meter.record(call('a'));
    meter.reset();
    expect(meter.calls()).toEqual([]);
    expect(meter.lastOf('f')).toBeUndefined();
  });
});
