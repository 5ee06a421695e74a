import { describe, expect, it } from 'vitest';
import { entries } from '../../../infra/bundle/entries.ts';
import { actionsOf, type Statement, templatesOf } from './templates.ts';

const dev = templatesOf('dev', { observability: { canary: 'everyMinute' } });

/** X-Ray has no resources that a grant could name. */
const isTracing = (statement: Statement) => actionsOf(statement).every((action) => action.startsWith('xray:Put'));

describe('permissions', () => {
  const statements = () =>
    ['AWS::IAM::Policy', 'AWS::IAM::Role', 'AWS::SQS::QueuePolicy'].flatMap((type) =>
      dev
        .all(type)
        .flatMap(({ stack, id, Properties }) =>
          [
            Properties.PolicyDocument,
            ...(Properties.Policies ?? []).map((one: { PolicyDocument: unknown }) => one.PolicyDocument),
          ]
            .flatMap((document) => (document?.Statement ?? []) as Statement[])
            .map((statement) => ({ ...statement, where: `${stack} ${id}` })),
        ),
    );

  it('name every resource: none is for all of them, but to hand traces to X-Ray', () => {
    expect(statements().length).toBeGreaterThan(entries.length);
    const forAll = statements().filter(({ Resource }) => [Resource].flat().includes('*'));
    expect(forAll.filter((one) => !isTracing(one))).toEqual([]);
  });

  it('name every action: none is for all of a service, but to refuse', () => {
    const allowed = statements().filter(({ Effect }) => Effect === 'Allow');

    expect(allowed.filter((statement) => actionsOf(statement).some((action) => action.includes('*')))).toEqual([]);
  });

  it('come from no managed policy', () => {
    expect(dev.all('AWS::IAM::Role').filter(({ Properties }) => Properties.ManagedPolicyArns)).toEqual([]);
  });

  it.each([
    ['dynamodb:(?!ListStreams|DescribeStream|GetRecords|GetShardIterator)', 'TABLE_NAME'],
    ['kms:', 'CANARY_KEY_ARN'],
    ['execute-api:', 'CONNECTIONS_URL'],
    ['events:', 'BUS_NAME'],
    ['secretsmanager:', '(VAPID_SECRET|WEBHOOK_KEY|BEFORE_SEND_KEY)_ARN'],
  ])('for %s come with the variable %s, and it with them', (actions, variable) => {
    for (const [name, { statements, environment }] of dev.functions()) {
      const allowed = statements.flatMap(actionsOf).some((action) => new RegExp(`^${actions}`).test(action));
      const told = Object.keys(environment).some((one) => new RegExp(`^${variable}$`).test(one));
      expect({ name, told }).toEqual({ name, told: allowed });
    }
  });

  it('to query are on the inbox index for those who ask what somebody is in alone', () => {
    const onIndex = [...dev.functions()]
      .filter(([, { statements }]) => JSON.stringify(statements).includes('/index/GSI1'))
      .map(([name]) => name);

    expect(onIndex.sort()).toEqual([
      'Http/conversations-list',
      'Http/me-unread',
      'Http/presence-of-user',
      'Http/sync-create',
      'Queue/digest',
      'Queue/notify-user',
      'Queue/presence',
      'Queue/user-removal',
      'WebSocket/sync',
    ]);
  });
});
