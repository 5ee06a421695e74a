import { describe, expect, it } from 'vitest';
import { templatesOf } from './templates.ts';

const dev = templatesOf('dev');
const prod = templatesOf('prod');
const local = templatesOf('local', { tokenIssuers: [] });

const tableOf = ({ all }: typeof dev) => all('AWS::DynamoDB::Table')[0];

it('are eight, each far from the 500 resources that a stack may have', () => {
  const counts = [...dev.templates].map(
    ([name, template]) => [name, Object.keys(template.toJSON().Resources).length] as const,
  );

  expect(counts.map(([name]) => name)).toEqual(
    ['Data', 'Http', 'WebSocket', 'Messages', 'Notifications', 'Webhooks', 'Events', 'Observability'].map(
      (part) => `Parley-dev-${part}`,
    ),
  );
  expect(counts.filter(([, count]) => count > 400)).toEqual([]);
});

it('tell where everything is', () => {
  const outputs = [...dev.templates.values()].flatMap((template) => Object.keys(template.toJSON().Outputs ?? {}));

  expect(outputs).toEqual(expect.arrayContaining(['TableName', 'BusName', 'WebSocketUrl', 'HttpUrl']));
});

describe('the table', () => {
  it('is on demand, with a stream of both images, a time to live and recovery to any point in time', () => {
    expect(tableOf(dev)?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('is kept and cannot be deleted in prod', () => {
    expect(tableOf(prod)).toMatchObject({ DeletionPolicy: 'Retain', Properties: { DeletionProtectionEnabled: true } });
  });

  it('goes with its stack elsewhere', () => {
    expect(tableOf(dev)).toMatchObject({ DeletionPolicy: 'Delete', Properties: { DeletionProtectionEnabled: false } });
  });
});

describe('functions', () => {
  it('run on Node 24 and arm64', () => {
    for (const { Properties } of dev.functions().values()) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    }
  });

  it('write to a log group of their own that forgets', () => {
    const groups = new Map(
      dev.all('AWS::Logs::LogGroup').map(({ id, Properties }) => [id, Properties.RetentionInDays]),
    );
    const own = [...dev.functions().values()].map(({ Properties }) => Properties.LoggingConfig.LogGroup.Ref);

    expect(new Set(own).size).toBe(dev.functions().size);
    expect(own.map((id) => groups.get(id))).toEqual(own.map(() => 30));
  });

  it('know the token issuers where they are authorizers, and nowhere else', () => {
    const told = [...dev.functions()]
      .filter(([, { environment }]) => 'TOKEN_ISSUERS' in environment)
      .map(([name]) => name);

    expect(told.sort()).toEqual(['Http/authorizer', 'WebSocket/authorizer']);
  });

  it('know the limits of tenants where they hold them, and no others', () => {
    const untold = [...dev.functions()]
      .filter(([, { environment }]) => !('TENANT_SETTINGS' in environment))
      .map(([name]) => name);

    expect(untold.sort()).toEqual([
      'Http/authorizer',
      'Http/blocks-add',
      'Http/blocks-list',
      'Http/blocks-remove',
      'Http/conversations-get',
      'Http/conversations-list',
      'Http/devices-list',
      'Http/devices-register',
      'Http/devices-remove',
      'Http/devices-vapid-key',
      'Http/docs-openapi',
      'Http/docs-page',
      'Http/health-live',
      'Http/health-ready',
      'Http/me-get',
      'Http/me-unread',
      'Http/me-update',
      'Http/messages-hide',
      'Http/notification-preferences-get',
      'Http/notification-preferences-of-conversation',
      'Http/notification-preferences-put',
      'Http/notification-preferences-put-of-conversation',
      'Http/own-state-clear-unread',
      'Http/own-state-mark-unread',
      'Http/own-state-update',
      'Http/presence-of-user',
      'Http/users-delete',
      'Http/users-get',
      'Http/users-sync',
      'Http/webhooks-create',
      'Http/webhooks-delete',
      'Http/webhooks-get',
      'Http/webhooks-list',
      'Http/webhooks-rotate-secret',
      'Http/webhooks-update',
      'Http/ws-tickets-create',
      'Queue/digest',
      'Queue/mention-count',
      'Queue/notify',
      'Queue/notify-user',
      'Queue/redeliver',
      'Queue/room-fanout',
      'Stream/publisher',
      'WebSocket/authorizer',
      'WebSocket/connect',
      'WebSocket/default',
      'WebSocket/disconnect',
      'WebSocket/presence-heartbeat',
      'WebSocket/subscribe',
      'WebSocket/unsubscribe',
    ]);
  });

  it('know for how long a sign of life counts where it matters, and nowhere else', () => {
    const told = [...dev.functions()]
      .filter(([, { environment }]) => 'PRESENCE_SETTINGS' in environment)
      .map(([name]) => name);

    expect(told.sort()).toEqual([
      'Queue/notify',
      'Queue/notify-user',
      'Queue/presence',
      'WebSocket/presence-heartbeat',
    ]);
  });

  it('get reserved instances where the settings say so', () => {
    const reserving = templatesOf('dev', { reservedConcurrency: { 'stream/fanout': 7 } });

    expect(reserving.functions().get('Stream/fanout')?.Properties.ReservedConcurrentExecutions).toBe(7);
    expect(() => templatesOf('dev', { reservedConcurrency: { fanout: 7 } })).toThrow(
      'reservedConcurrency names fanout: there is no functions/fanout.ts.',
    );
  });
});

describe('token issuers', () => {
  it('are part of the template when deployed, so that a changed setting is a changed stack', () => {
    const { environment } = dev.functions().get('Http/authorizer') ?? {};

    expect(String(environment?.TOKEN_ISSUERS)).toContain('https://id.host.test/');
  });

  it('are a parameter on one machine, where they are known only at start', () => {
    const { environment } = local.functions().get('Http/authorizer') ?? {};

    expect(environment?.TOKEN_ISSUERS).toEqual({ Ref: 'TokenIssuers' });
    for (const part of ['Http', 'WebSocket']) {
      expect(local.templates.get(`Parley-local-${part}`)?.toJSON().Parameters.TokenIssuers).toMatchObject({
        Default: '[]',
      });
    }
  });
});
