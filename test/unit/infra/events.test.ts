import { validate } from '@readme/openapi-parser';
import { describe, expect, it } from 'vitest';
import { maybeHeard } from '../../../shared/data/heard.ts';
import { publicEvents } from '../../../shared/protocol/domain-events.ts';
import { sourceOf } from '../../../shared/protocol/event-sources.ts';
import { settlingMs } from '../../../shared/runtime/delivery.ts';
import { pauseSeconds } from '../../../shared/runtime/redelivery.ts';
import { templatesOf } from './templates.ts';

const dev = templatesOf('dev');
const mappings = () => dev.all('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
const readers = () => mappings().filter(({ StartingPosition }) => StartingPosition);
const workers = () => mappings().filter(({ StartingPosition }) => !StartingPosition);
/** The patterns of a reader of the stream. */
const filtersOf = (reader: string) =>
  readers()
    .filter((mapping) => dev.functionIn(mapping.FunctionName) === dev.functions().get(`Stream/${reader}`)?.id)
    .flatMap(({ FilterCriteria }) => FilterCriteria.Filters)
    .map(({ Pattern }) => JSON.parse(Pattern));
const queueAt = (arn: { 'Fn::GetAtt': [string, string] }) =>
  dev.all('AWS::SQS::Queue').find(({ id }) => id === arn['Fn::GetAtt'][0]);

describe('the readers of the stream', () => {
  it('are two, as many as a shard serves well', () => {
    expect(readers()).toHaveLength(2);
  });

  it('keep the order of a conversation: one batch a shard at a time', () => {
    expect(readers().map(({ ParallelizationFactor }) => ParallelizationFactor)).toEqual([1, 1]);
  });

  it('halve a batch that fails, answer for single records, and give up after some tries', () => {
    for (const reader of readers()) {
      expect(reader).toMatchObject({
        BatchSize: 100,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
      expect(reader.MaximumRetryAttempts).toBeGreaterThanOrEqual(5);
      expect(reader.MaximumRecordAgeInSeconds).toBeGreaterThan(0);
    }
  });

  it('ask for no more than Lambda takes: five patterns each', () => {
    for (const { FilterCriteria } of readers()) expect(FilterCriteria.Filters.length).toBeLessThanOrEqual(5);
  });

  it('have dead letters of their own', () => {
    const queues = readers().map(({ DestinationConfig }) => queueAt(DestinationConfig.OnFailure.Destination)?.id);
    expect(new Set(queues).size).toBe(2);
    expect(queues).not.toContain(undefined);
  });

  it.each([
    [
      'fanout',
      {
        'MSG#': ['INSERT', 'MODIFY'],
        'REACT#': ['INSERT', 'MODIFY'],
        'THREAD#': ['INSERT', 'MODIFY'],
        'TREAD#': ['INSERT', 'MODIFY'],
        'DRAFT#': ['INSERT', 'MODIFY'],
        'CHG#': ['INSERT'],
        META: ['INSERT'],
        'HIDE#': ['INSERT'],
        'MEMBER#': ['MODIFY'],
      },
    ],
    [
      'publisher',
      {
        META: ['INSERT', 'MODIFY'],
        'MSG#': ['INSERT', 'MODIFY', 'REMOVE'],
        'REACT#': ['INSERT', 'MODIFY'],
        PROFILE: ['INSERT', 'MODIFY'],
        PRESENCE: ['INSERT', 'MODIFY'],
        // Nothing ever changes a change.
        'CHG#': ['INSERT', 'MODIFY'],
        'MEMBER#': ['INSERT', 'MODIFY'],
      },
    ],
  ])('are called for what they act upon alone: %s', (reader, expected) => {
    const followed: Record<string, string[]> = {};
    for (const { eventName, dynamodb } of filtersOf(reader)) {
      for (const sortKey of dynamodb.Keys.SK.S as (string & { prefix?: string })[]) {
        const name = sortKey.prefix ?? sortKey;
        followed[name] = [...(followed[name] ?? []), ...eventName];
      }
    }

    expect(followed).toEqual(expected);
  });
});

describe('the publisher is not called', () => {
  /** Of items with this prefix, under this name of an event. */
  const filtersFor = (prefix: string, eventName: string) =>
    filtersOf('publisher').filter(
      ({ eventName: names, dynamodb }) =>
        names.includes(eventName) &&
        (dynamodb.Keys.SK.S as (string & { prefix?: string })[]).some((key) => (key.prefix ?? key) === prefix),
    );

  it.each(['CHG#', 'MSG#', 'META'])('for what nobody hears, as it says of itself: %s', (prefix) => {
    for (const name of ['INSERT', 'MODIFY']) {
      const images = filtersFor(prefix, name).map(({ dynamodb }) => dynamodb.NewImage);
      expect(images).toEqual([{ heard: { S: [maybeHeard] } }]);
    }
  });

  it('for members whom a change tells of', () => {
    expect(filtersFor('MEMBER#', 'INSERT').map(({ dynamodb }) => dynamodb.NewImage)).toEqual([{ rev: { N: ['0'] } }]);
  });

  it('for memberships that change, but for raises that others are told of', () => {
    expect(filtersFor('MEMBER#', 'MODIFY').map(({ dynamodb }) => dynamodb.NewImage)).toEqual([
      { raisedBy: { S: ['read'] }, audience: { S: ['members', 'counts'] } },
    ]);
  });

  it('for messages that somebody removes, but for those whose time is up', () => {
    expect(filtersFor('MSG#', 'REMOVE').map(({ userIdentity }) => userIdentity)).toEqual([
      { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
    ]);
  });
});

describe('queues', () => {
  /** By the name of the queue's worker. */
  const times = () =>
    new Map(
      workers().map(({ EventSourceArn, FunctionName }) => {
        const [name, worker] = [...dev.functions()].find(([, { id }]) => id === dev.functionIn(FunctionName)) ?? [];
        const { VisibilityTimeout, RedrivePolicy } = queueAt(EventSourceArn)?.Properties ?? {};
        return [
          name,
          { timeout: worker?.Properties.Timeout, hidden: VisibilityTimeout, tries: RedrivePolicy.maxReceiveCount },
        ] as const;
      }),
    );

  it('that are worked off hide a message for at least as long as its function may take', () => {
    expect(times().size).toBe(13);
    for (const { hidden, timeout } of times().values()) expect(hidden).toBeGreaterThanOrEqual(timeout);
  });

  it('gather receipts for ten seconds, and nothing else for any time', () => {
    const windows = workers().map(({ FunctionName, MaximumBatchingWindowInSeconds: seconds }) => [
      [...dev.functions()].find(([, { id }]) => id === dev.functionIn(FunctionName))?.[0],
      seconds,
    ]);
    expect(windows.filter(([, seconds]) => seconds !== undefined)).toEqual([['Queue/receipt-counts', 10]]);
  });

  it('that nobody waits for hide it for six times as long, so that throttles do not use up its tries', () => {
    for (const [name, { hidden, timeout }] of times()) {
      if (!['Queue/redeliver', 'Queue/room-fanout'].includes(String(name)))
        expect(hidden, name).toBeGreaterThanOrEqual(6 * timeout);
    }
  });

  it('tell each shard of a large room in an instance of its own', () => {
    const worker = dev.functions().get('Queue/room-fanout')?.id;
    const mapping = workers().find(({ FunctionName }) => dev.functionIn(FunctionName) === worker);
    expect(mapping?.BatchSize).toBe(1);
  });

  it('try posts again until a connection that was young is old enough to be called gone', () => {
    const { hidden, tries } = times().get('Queue/redeliver') ?? {};
    const lastTry = pauseSeconds + (tries - 1) * hidden;
    expect(lastTry).toBeGreaterThan(settlingMs / 1000);
    // It would be tried once more after a try that failed by itself.
    expect(lastTry - hidden).toBeGreaterThan(settlingMs / 1000);
  });

  it('that are worked off answer for single messages, and have dead letters of their own', () => {
    const deadLetters = workers().map(
      ({ EventSourceArn }) => queueAt(EventSourceArn)?.Properties.RedrivePolicy.deadLetterTargetArn,
    );

    expect(workers().map(({ FunctionResponseTypes }) => FunctionResponseTypes)).toEqual(
      Array(13).fill(['ReportBatchItemFailures']),
    );
    expect(new Set(deadLetters.map((arn) => queueAt(arn)?.id)).size).toBe(13);
  });

  it('are encrypted, and speak TLS only', () => {
    const queues = dev.all('AWS::SQS::Queue');
    const refusals = dev
      .all('AWS::SQS::QueuePolicy')
      .filter(({ Properties }) => JSON.stringify(Properties.PolicyDocument).includes('"aws:SecureTransport":"false"'));

    expect(queues.filter(({ Properties }) => Properties.SqsManagedSseEnabled !== true)).toEqual([]);
    expect(
      refusals.flatMap(({ Properties }) => Properties.Queues.map(({ Ref }: { Ref: string }) => Ref)).sort(),
    ).toEqual(queues.map(({ id }) => id).sort());
  });
});

it.each([
  [['conversation.active', 'conversation.deleted'], 'inbox-refresh', ['parley', 'parley.internal']],
  [['receipt.raised'], 'receipt-counts', ['parley.internal']],
  [['user.deleted'], 'user-removal', ['parley']],
  [['presence.changed'], 'presence', ['parley.internal']],
  [['message.mentions'], 'mention-count', ['parley.internal']],
  [['message.created'], 'notify', ['parley']],
])('the bus hands %j to the queue of %s', (detailTypes, worker, source) => {
  const mapping = workers().find(
    (one) => dev.functionIn(one.FunctionName) === dev.functions().get(`Queue/${worker}`)?.id,
  );
  const rules = dev
    .all('AWS::Events::Rule')
    .map(({ Properties }) => Properties)
    .filter(({ Targets }) => JSON.stringify(Targets[0].Arn) === JSON.stringify(mapping?.EventSourceArn));

  expect(rules.map(({ EventPattern }) => EventPattern)).toEqual([{ source, 'detail-type': detailTypes }]);
  expect(queueAt(rules[0]?.Targets[0].DeadLetterConfig.Arn)).toBeDefined();
});

it('the publisher is told what the workers hear, and what the host wants to', () => {
  const heardIn = (content: object) =>
    JSON.parse(
      String(
        templatesOf('dev', { notifications: {}, ...content })
          .functions()
          .get('Stream/publisher')?.environment.HEARD_EVENTS,
      ),
    );
  const byWorkers = [
    ...['conversation.active', 'conversation.deleted', 'message.mentions'],
    ...['presence.changed', 'receipt.raised', 'user.deleted'],
  ];

  expect(heardIn({})).toEqual(byWorkers);
  expect(heardIn({ events: { host: ['user.online', 'user.deleted'] } })).toEqual([...byWorkers, 'user.online']);
  expect(heardIn({ events: { host: 'everything' } })).toBe('everything');
  expect(() => templatesOf('dev', { events: { host: ['user.onlnie'] } })).toThrow('events.host');
});

describe('what is public', () => {
  it('is archived for as long as the settings say, and nothing else is', () => {
    const archives = (templates: typeof dev) =>
      templates.all('AWS::Events::Archive').map(({ Properties }) => Properties);

    expect(archives(dev)).toMatchObject([
      { ArchiveName: 'parley-dev', EventPattern: { source: ['parley'] }, RetentionDays: 14 },
    ]);
    expect(archives(templatesOf('dev', { eventArchiveDays: 30 }))).toMatchObject([{ RetentionDays: 30 }]);
  });

  const schemas = dev.all('AWS::EventSchemas::Schema').map(({ Properties }) => Properties);

  it('is in the schema registry, event by event', () => {
    expect(dev.all('AWS::EventSchemas::Registry')).toMatchObject([{ Properties: { RegistryName: 'parley-dev' } }]);
    expect(schemas.map(({ SchemaName, Type }) => `${Type} ${SchemaName}`)).toEqual(
      publicEvents.map(({ type }) => `OpenApi3 parley@${type}`),
    );
    for (const { SchemaName, Description, Content } of schemas) {
      expect(SchemaName).toMatch(/^[A-Za-z.@_-]{1,385}$/);
      expect(Description.length).toBeLessThanOrEqual(256);
      expect(Content.length).toBeLessThan(100_000);
    }
  });

  it('is there in documents that are valid to an independent validator', async () => {
    for (const { SchemaName, Content } of schemas) {
      expect(await validate(JSON.parse(Content)), SchemaName).toMatchObject({ valid: true, warnings: [] });
    }
  });

  it('says of each event under which name and from which source a rule finds it', () => {
    const found = schemas.map(({ Content }) => {
      const { AWSEvent } = JSON.parse(Content).components.schemas;
      return [AWSEvent['x-amazon-events-source'], AWSEvent['x-amazon-events-detail-type']];
    });
    expect(found).toEqual(publicEvents.map(({ type }) => [sourceOf(type), type]));
  });
});
