import { describe, expect, it } from 'vitest';
import { everything } from './everything.ts';
import { actionsOf, type Resource, templatesOf } from './templates.ts';

const prod = templatesOf('prod', everything);
const dev = templatesOf('dev');
const managed = templatesOf('dev', { encryption: 'aws-managed', accessLogs: false });

const everyResource = [...prod.templates].flatMap(([stack, template]) =>
  Object.entries(template.toJSON().Resources as Record<string, Resource & { Type: string }>).map(([id, one]) => ({
    ...one,
    stack,
    id,
  })),
);
const keyId = prod.all('AWS::KMS::Key')[0]?.id ?? '';
const named = (value: unknown) => JSON.stringify(value ?? null);

it('with everything there is, each stack has fewer than 400 of the 500 resources it may have', () => {
  const counts = [...prod.templates].map(([name, template]) => [name, Object.keys(template.toJSON().Resources).length]);

  expect(counts.filter(([, count]) => Number(count) >= 400)).toEqual([]);
});

describe('what is kept', () => {
  it.each([
    'AWS::DynamoDB::Table',
    'AWS::Events::EventBus',
    'AWS::Events::Archive',
    'AWS::KMS::Key',
    'AWS::Logs::LogGroup',
    'AWS::S3::Bucket',
  ])('stays in prod when its stack goes: %s', (type) => {
    const policies = prod.all(type).map(({ DeletionPolicy }) => DeletionPolicy);

    expect(new Set(policies)).toEqual(new Set(['Retain']));
  });

  it('stays in prod: every secret that something hangs on', () => {
    const going = prod.all('AWS::SecretsManager::Secret').filter(({ DeletionPolicy }) => DeletionPolicy !== 'Retain');

    // Nothing is lost with the edge's key.
    expect(going.map(({ Properties }) => Properties.Name)).toEqual(['parley-prod-edge']);
  });

  it('goes with its stack elsewhere', () => {
    const staying = ['AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup']
      .flatMap(dev.all)
      .filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');

    expect(staying).toEqual([]);
  });

  it('is forgotten by each log group after the days of the settings', () => {
    expect(new Set(prod.all('AWS::Logs::LogGroup').map(({ Properties }) => Properties.RetentionInDays))).toEqual(
      new Set([60]),
    );
  });
});

describe('encryption', () => {
  it.each([
    ['AWS::DynamoDB::Table', ({ Properties }: Resource) => Properties.SSESpecification?.KMSMasterKeyId],
    ['AWS::SQS::Queue', ({ Properties }: Resource) => Properties.KmsMasterKeyId],
    ['AWS::Events::EventBus', ({ Properties }: Resource) => Properties.KmsKeyIdentifier],
    ['AWS::Events::Archive', ({ Properties }: Resource) => Properties.KmsKeyIdentifier],
  ])('by an own key is by that key in each %s', (type, keyOf) => {
    for (const one of prod.all(type))
      expect({ id: one.id, key: named(keyOf(one)) }).toMatchObject({ key: expect.stringContaining(keyId) });
  });

  it('by an own key is by that key in what functions log, and in secrets', () => {
    const own = [...prod.all('AWS::Logs::LogGroup'), ...prod.all('AWS::SecretsManager::Secret')].filter(
      // What the edge has is in another region, and nobody's messages.
      ({ stack, Properties }) => !stack.endsWith('-Edge') && Properties.Name !== 'parley-prod-edge',
    );
    for (const { id, Properties } of own) {
      expect({ id, key: named(Properties.KmsKeyId) }).toMatchObject({ key: expect.stringContaining(keyId) });
    }
  });

  it('by an own key gives no function a right to the key', () => {
    const actions = [...prod.functions().values()].flatMap(({ statements }) => statements.flatMap(actionsOf));

    expect(actions.filter((action) => action.startsWith('kms:'))).toEqual([]);
    expect(prod.all('AWS::KMS::Key')[0]?.Properties.EnableKeyRotation).toBe(true);
  });

  it('is by keys that AWS owns and nobody pays for, if the settings say nothing', () => {
    expect(dev.all('AWS::KMS::Key')).toEqual([]);
    expect(dev.all('AWS::DynamoDB::Table')[0]?.Properties).not.toHaveProperty('SSESpecification');
    for (const { Properties } of dev.all('AWS::SQS::Queue')) expect(Properties.SqsManagedSseEnabled).toBe(true);
  });

  it('is by the account’s key of DynamoDB where the settings ask for one that AWS manages', () => {
    expect(managed.all('AWS::DynamoDB::Table')[0]?.Properties.SSESpecification).toEqual({ SSEEnabled: true });
    expect(managed.all('AWS::KMS::Key')).toEqual([]);
  });

  it('is demanded of whoever sends to a queue', () => {
    const guarded = prod
      .all('AWS::SQS::QueuePolicy')
      .flatMap(({ Properties }) =>
        Properties.PolicyDocument.Statement.filter(
          ({ Effect, Condition }: { Effect: string; Condition?: unknown }) =>
            Effect === 'Deny' && named(Condition).includes('"aws:SecureTransport":"false"'),
        ).map(() => Properties.Queues[0].Ref),
      );

    expect(guarded.sort()).toEqual(
      prod
        .all('AWS::SQS::Queue')
        .map(({ id }) => id)
        .sort(),
    );
  });
});

describe('tags', () => {
  it('say app, stage and what the settings add, on all that can have some', () => {
    const tagsOf = ({ Properties }: Resource): Record<string, string> => {
      const tags = Properties?.Tags ?? [];
      return Array.isArray(tags) ? Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) : tags;
    };
    const types = ['Lambda::Function', 'DynamoDB::Table', 'SQS::Queue', 'Logs::LogGroup', 'IAM::Role', 'S3::Bucket'];
    const more = ['ApiGatewayV2::Api', 'CloudFront::Distribution', 'WAFv2::WebACL', 'KMS::Key', 'Events::EventBus'];
    const tagged = everyResource.filter(({ Type }) => [...types, ...more].includes(Type.replace('AWS::', '')));

    expect(new Set(tagged.map(({ Type }) => Type)).size).toBe(types.length + more.length);
    for (const one of tagged) expect(tagsOf(one), one.id).toMatchObject({ app: 'parley', stage: 'prod', team: 'chat' });
  });
});

describe('the budget', () => {
  const [budget] = prod.all('AWS::Budgets::Budget');

  it('is for what carries the stage’s tag', () => {
    expect(budget?.Properties.Budget).toMatchObject({
      BudgetLimit: { Amount: 300, Unit: 'USD' },
      CostFilters: { TagKeyValue: ['user:stage$prod'] },
    });
  });

  it('tells by e-mail at 80 %, at 100 %, and when 100 % are forecast', () => {
    const told = budget?.Properties.NotificationsWithSubscribers.map(
      // biome-ignore lint/suspicious/noExplicitAny: as the template has it
      ({ Notification: { NotificationType, Threshold }, Subscribers }: any) => [
        NotificationType,
        Threshold,
        Subscribers[0].Address,
      ],
    );

    expect(told).toEqual([
      ['ACTUAL', 80, 'ops@host.test'],
      ['ACTUAL', 100, 'ops@host.test'],
      ['FORECASTED', 100, 'ops@host.test'],
    ]);
  });

  it('is not there without an amount', () => {
    expect(dev.all('AWS::Budgets::Budget')).toEqual([]);
  });
});

describe('functions and doors', () => {
  it('run on arm64, all of them', () => {
    expect(new Set(prod.all('AWS::Lambda::Function').map(({ Properties }) => Properties.Architectures.join()))).toEqual(
      new Set(['arm64']),
    );
  });

  it('throttle a command as the settings say, and all others alike', () => {
    const stage = prod.all('AWS::ApiGatewayV2::Stage').find(({ Properties }) => Properties.StageName === 'ws');

    expect(stage?.Properties.RouteSettings).toEqual({
      'typing.start': { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 700 },
    });
    expect(stage?.Properties.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 2_000 });
    expect(() => templatesOf('dev', { throttle: { commands: { 'message.sent': {} } } })).toThrow(
      'throttle.commands names message.sent, which the protocol does not name.',
    );
  });

  it('log a line for each HTTP request, of its path alone', () => {
    const stage = prod.all('AWS::ApiGatewayV2::Stage').find(({ Properties }) => Properties.StageName === '$default');
    const { Format } = stage?.Properties.AccessLogSettings ?? {};

    expect(JSON.parse(Format)).toMatchObject({ route: '$context.routeKey', status: '$context.status' });
    expect(Format).not.toMatch(/query|authorizer\.principal/i);
    expect(
      managed
        .all('AWS::Logs::LogGroup')
        .map(({ id }) => id)
        .join(),
    ).not.toContain('AccessLogs');
  });
});
