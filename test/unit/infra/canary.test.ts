import { describe, expect, it } from 'vitest';
import { Mistake } from '../../../infra/mistake.ts';
import { settingsOf } from '../../../infra/settings.ts';
import { actionsOf, templatesOf } from './templates.ts';

const issuer = { issuer: 'https://id.host.test/', jwksUri: 'https://id.host.test/keys', audience: 'parley' };
const everyMinute = { observability: { canary: 'everyMinute' } };
const watched = templatesOf('dev', everyMinute);
const byHand = templatesOf('dev', { observability: { canary: 'byHand', tracing: false, dashboard: false } });
const none = templatesOf('dev');

describe('a stage with a canary', () => {
  it('has a key that signs and never leaves KMS; one function may sign, another may ask for its public half', () => {
    expect(watched.all('AWS::KMS::Key').map(({ Properties }) => Properties)).toMatchObject([
      { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
    ]);
    const users = [...watched.functions()].flatMap(([name, { statements }]) =>
      statements.flatMap(actionsOf).flatMap((action) => (action.startsWith('kms:') ? [`${name} ${action}`] : [])),
    );
    expect(users.sort()).toEqual(['Http/canary-keys kms:GetPublicKey', 'Schedule/canary kms:Sign']);
  });

  it('runs it every minute and never makes up for one, or leaves it to whoever invokes it', () => {
    const rules = watched.all('AWS::Events::Rule').filter(({ Properties }) => Properties.ScheduleExpression);
    expect(rules.map(({ Properties }) => Properties)).toMatchObject([
      { ScheduleExpression: 'rate(1 minute)', Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0 } }] },
    ]);
    expect(byHand.functions().has('Schedule/canary')).toBe(true);
    expect(byHand.all('AWS::Events::Rule').filter(({ Properties }) => Properties.ScheduleExpression)).toEqual([]);
  });

  it('trusts its issuer for its own tenant, at both doors', () => {
    for (const name of ['Http/authorizer', 'WebSocket/authorizer']) {
      const told = JSON.stringify(watched.functions().get(name)?.environment.TOKEN_ISSUERS);
      expect(told).toContain('/canary/.well-known/jwks.json');
      expect(told).toContain(String.raw`\"tenant\":\"canary\"`);
    }
  });

  it('forgets its messages after a day, and tells nobody by the fast lane', () => {
    const { limits } = settingsOf('dev', { tokenIssuers: [{ ...issuer, tenant: 'acme' }], ...everyMinute }, 'dev.json');
    expect(limits.tenants).toEqual({ canary: { retentionDays: 1, fastLaneConnections: 0 } });
  });
});

it('is not there where the stage says nothing of it', () => {
  expect(none.all('AWS::KMS::Key')).toEqual([]);
  expect(none.functions().has('Schedule/canary')).toBe(false);
  expect(JSON.stringify(none.functions().get('Http/authorizer')?.environment)).not.toContain('canary');
});

it('lets nobody else speak for the canary’s tenant', () => {
  for (const one of [
    { ...issuer, tenant: 'canary' },
    { ...issuer, tenantClaim: 't', tenants: ['acme', 'canary'] },
  ])
    expect(() => settingsOf('dev', { tokenIssuers: [one] }, 'dev.json')).toThrow(
      new Mistake('dev.json: tokenIssuers[0] speaks for the tenant canary, which is Parley’s own.'),
    );
});

describe('tracing', () => {
  it('is on for every function, unless the stage says otherwise', () => {
    const modes = ({ functions }: typeof none) =>
      new Set([...functions().values()].map(({ Properties }) => Properties.TracingConfig?.Mode));
    expect(modes(none)).toEqual(new Set(['Active']));
    expect(modes(byHand)).toEqual(new Set([undefined]));
  });
});

it('has a dashboard, unless the stage says otherwise', () => {
  const [dashboard] = none.all('AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard?.Properties.DashboardBody);
  for (const shown of ['DeliveryLatency', 'p50', 'p95', 'p99', 'ConnectCount', 'IteratorAge', 'Throttles'])
    expect(body).toContain(shown);
  for (const shown of ['ApproximateAgeOfOldestMessage', 'ConsumedWriteCapacityUnits', 'IncomingBytes'])
    expect(body).toContain(shown);
  expect(byHand.all('AWS::CloudWatch::Dashboard')).toEqual([]);
});
