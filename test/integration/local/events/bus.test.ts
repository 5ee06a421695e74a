import { describe, expect, it } from 'vitest';
import type { CloudModel, RuleModel, TargetModel } from '../../../../infra/local/model.ts';
import type { BusEntry } from '../../../../infra/local/ports.ts';
import { withEngines } from './engines.ts';
import { aCloud, aFunction, aQueue, aTarget, fail, functionArn, messagesIn, queueArn, unique } from './given.ts';

const engines = withEngines();
const ruleArn = 'arn:aws:events:us-east-1:000000000000:rule/chat/the-rule';
const bus = { name: 'chat', arn: 'arn:aws:events:us-east-1:000000000000:event-bus/chat' };

const aRule = (targets: TargetModel[], pattern: Record<string, unknown> = { source: ['parley'] }): RuleModel => ({
  name: 'the-rule',
  arn: ruleArn,
  busName: 'chat',
  pattern,
  schedule: undefined,
  targets,
});

const anEntry = (more: Partial<BusEntry> = {}): BusEntry => ({
  busName: 'chat',
  source: 'parley',
  detailType: 'message.created',
  detail: '{"version":1,"ids":["m1"],"text":"say \\"hi\\""}',
  resources: [],
  time: undefined,
  ...more,
});

const invokable = aFunction('reader', { invokers: [{ principal: 'events.amazonaws.com', sourceArn: ruleArn }] });
const aChat = (rules: RuleModel[], more: Partial<CloudModel> = {}) => ({
  functions: [invokable],
  buses: [bus],
  rules,
  ...more,
});

describe('an event on the bus', () => {
  it('reaches the function of a rule that it matches, in its envelope', async () => {
    const cloud = await aCloud<object>(
      engines,
      aChat([aRule([aTarget(functionArn('reader'))], { 'detail-type': [{ prefix: 'message.' }] })]),
    );
    const [answer] = await cloud.bus.put([anEntry({ time: '2027-01-01T10:00:00.123Z', resources: ['r'] })]);
    await cloud.bus.put([anEntry({ detailType: 'member.added' })]);
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => event)).toEqual([
      {
        version: '0',
        id: (answer as { eventId: string }).eventId,
        'detail-type': 'message.created',
        source: 'parley',
        account: '000000000000',
        time: '2027-01-01T10:00:00Z',
        region: 'us-east-1',
        resources: ['r'],
        detail: { version: 1, ids: ['m1'], text: 'say "hi"' },
      },
    ]);
  });

  it('reaches a queue as text', async () => {
    const queue = unique('queue');
    const cloud = await aCloud(engines, aChat([aRule([aTarget(queueArn(queue))])], { queues: [aQueue(queue)] }));
    await cloud.bus.put([anEntry()]);
    await cloud.settled();

    expect(JSON.parse(messagesIn(engines, queue)[0]?.body ?? '')).toMatchObject({ detail: { ids: ['m1'] } });
  });

  it('is heard by whoever listens to all, whether or not a rule wants it; one that is refused is not', async () => {
    const heard: unknown[] = [];
    const cloud = await aCloud(engines, aChat([]), undefined, { onEvent: (event) => heard.push(event.detail) });
    await cloud.bus.put([anEntry({ detail: '{"n":1}' }), anEntry({ detail: '{' }), anEntry({ detail: '{"n":2}' })]);
    expect(heard).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('goes on to the rules of another bus that is a target', async () => {
    const other = { name: 'other', arn: 'arn:aws:events:us-east-1:000000000000:event-bus/other' };
    const rules = [aRule([aTarget(other.arn)]), { ...aRule([aTarget(functionArn('reader'))]), busName: 'other' }];
    const cloud = await aCloud<object>(engines, aChat(rules, { buses: [bus, other] }));
    await cloud.bus.put([anEntry()]);
    await cloud.settled();
    expect(cloud.invocations).toEqual([
      { functionArn: functionArn('reader'), event: expect.objectContaining({ source: 'parley' }) },
    ]);
  });

  it('may be named by the ARN of the bus', async () => {
    const cloud = await aCloud(engines, aChat([aRule([aTarget(functionArn('reader'))])]));
    await cloud.bus.put([anEntry({ busName: bus.arn })]);
    await cloud.settled();
    expect(cloud.invocations).toHaveLength(1);
  });

  it.each([
    ['a constant', { input: { fixed: true } }, { fixed: true }],
    ['a part', { inputPath: '$.detail.ids[0]' }, 'm1'],
    [
      'a filled-in template',
      {
        inputTransformer: {
          paths: { ids: '$.detail.ids', text: '$.detail.text', none: '$.detail.none' },
          template: '{"ids": <ids>, "note": "on <aws.events.rule-name>: <text><none>, <ids>", "none": <none>}',
        },
      },
      { ids: ['m1'], note: 'on the-rule: say "hi", ["m1"]', none: null },
    ],
  ])('is sent as %s where the target asks for it', async (_, input, expected) => {
    const cloud = await aCloud<unknown>(
      engines,
      aChat([aRule([aTarget(functionArn('reader'), input as Partial<TargetModel>)])]),
    );
    await cloud.bus.put([anEntry()]);
    await cloud.settled();
    expect(cloud.invocations.map(({ event }) => event)).toEqual([expected]);
  });
});

describe('an event that the bus refuses', () => {
  it.each([
    ['without a source', { source: '' }, 'InvalidArgument'],
    ['without a detail type', { detailType: '' }, 'InvalidArgument'],
    ['with a detail that is no JSON', { detail: '{' }, 'MalformedDetail'],
    ['with a detail that is no object', { detail: '[]' }, 'MalformedDetail'],
    ['in the name of AWS', { source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
    ['for a bus that is not there', { busName: 'other' }, 'ResourceNotFoundException'],
  ])('is one %s', async (_, more, errorCode) => {
    const cloud = await aCloud(engines, aChat([]));
    const answers = await cloud.bus.put([anEntry(more), anEntry()]);
    expect(answers).toEqual([{ errorCode, errorMessage: expect.any(String) }, { eventId: expect.any(String) }]);
  });

  it('is one of more than ten, or of more than 256 KB together', async () => {
    const cloud = await aCloud(engines, aChat([]));
    const refused = { name: 'ValidationException' };
    await expect(cloud.bus.put(Array.from({ length: 11 }, () => anEntry()))).rejects.toMatchObject(refused);
    const large = anEntry({ detail: JSON.stringify({ text: 'x'.repeat(130 * 1024) }) });
    await expect(cloud.bus.put([large, large])).rejects.toMatchObject(refused);
    await expect(cloud.bus.put([large])).resolves.toHaveLength(1);
  });
});

describe('an event that cannot be delivered', () => {
  it('goes to the dead-letter queue of its target, with the reason', async () => {
    const [gone, dead] = [unique('gone'), unique('dead')];
    const target = aTarget(queueArn(gone), { deadLetterArn: queueArn(dead) });
    const cloud = await aCloud(engines, aChat([aRule([target])], { queues: [aQueue(dead)] }));
    await cloud.bus.put([anEntry()]);
    await cloud.settled();

    const [message] = messagesIn(engines, dead);
    expect(JSON.parse(message?.body ?? '')).toMatchObject({ source: 'parley' });
    const attributes = Object.entries(message?.messageAttributes ?? {}).map(([name, { StringValue }]) => [
      name,
      StringValue,
    ]);
    expect(Object.fromEntries(attributes)).toEqual({
      RULE_ARN: ruleArn,
      TARGET_ARN: queueArn(gone),
      ERROR_CODE: expect.stringMatching(/NonExistentQueue|QueueDoesNotExist/),
      ERROR_MESSAGE: expect.any(String),
      RETRY_ATTEMPTS: '0',
    });
  });

  it('includes one for a function that does not permit the rule', async () => {
    const dead = unique('dead');
    const target = aTarget(functionArn('closed'), { deadLetterArn: queueArn(dead) });
    const model = aChat([aRule([target])], { functions: [aFunction('closed')], queues: [aQueue(dead)] });
    const cloud = await aCloud(engines, model);
    await cloud.bus.put([anEntry()]);
    await cloud.settled();

    expect(cloud.invocations).toEqual([]);
    expect(messagesIn(engines, dead)[0]?.messageAttributes.ERROR_CODE?.StringValue).toBe('NO_PERMISSIONS');
  });
});

describe('a function that fails on an event', () => {
  it('is tried three times in all, then its own destinations are told', async () => {
    const [failed, dead] = [unique('failed'), unique('dead')];
    const asynchronous = {
      maximumRetryAttempts: 2,
      maximumEventAgeSeconds: 60,
      onSuccessArn: undefined,
      onFailureArn: queueArn(failed),
      deadLetterArn: queueArn(dead),
    };
    const model = aChat([aRule([aTarget(functionArn('reader'))])], {
      functions: [{ ...invokable, asynchronous }],
      queues: [aQueue(failed), aQueue(dead)],
    });
    const cloud = await aCloud<object>(engines, model, () => fail('TypeError'));
    await cloud.bus.put([anEntry()]);
    await cloud.settled();

    expect(cloud.invocations).toHaveLength(3);
    const event = cloud.invocations[0]?.event;
    expect(JSON.parse(messagesIn(engines, failed)[0]?.body ?? '')).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: event,
      responsePayload: { errorType: 'TypeError', errorMessage: 'as scripted' },
    });
    expect(JSON.parse(messagesIn(engines, dead)[0]?.body ?? '')).toEqual(event);
  });

  it('is tried again until it succeeds', async () => {
    const cloud = await aCloud(engines, aChat([aRule([aTarget(functionArn('reader'))])]), (_, nth) =>
      nth < 3 ? fail() : undefined,
    );
    await cloud.bus.put([anEntry()]);
    await cloud.settled();
    expect(cloud.invocations).toHaveLength(3);
    expect(cloud.reports.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('at the start', () => {
  it.each([
    ['a pattern', aRule([], { source: [{ regex: 'x' }] }), 'Rule the-rule: Event pattern: unknown operator "regex"'],
    [
      'an input path',
      aRule([aTarget(functionArn('reader'), { inputPath: '$..x' })]),
      'Rule the-rule: "$..x" is no path',
    ],
    [
      'a template',
      aRule([aTarget(functionArn('reader'), { inputTransformer: { paths: {}, template: '{"a": <b>}' } })]),
      'uses <b>, which InputPathsMap does not define',
    ],
  ])('%s that EventBridge would refuse is an error', async (_, rule, message) => {
    await expect(aCloud(engines, aChat([rule]))).rejects.toThrow(message);
  });

  it('a target of a kind that cannot run here is named', async () => {
    const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:x';
    const cloud = await aCloud(engines, aChat([aRule([aTarget(arn)])]));
    expect(cloud.reports).toContainEqual(
      expect.objectContaining({ message: 'target is not supported here', target: arn }),
    );
  });
});
