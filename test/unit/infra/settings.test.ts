import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Mistake } from '../../../infra/mistake.ts';
import { readSettings, settingsOf } from '../../../infra/settings.ts';

const issuer = {
  issuer: 'https://id.host.test/',
  jwksUri: 'https://id.host.test/keys',
  audience: 'parley',
  tenant: 'acme',
};

const hookArn = 'arn:aws:lambda:eu-central-1:123456789012:function:moderate';
const manyHooks = () =>
  Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`t${i}`, { functionArn: hookArn, onFailure: 'allow' }]));

const complaint = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof Mistake) return error.message;
    throw error;
  }
  return 'none';
};
const about = (content: unknown, stage = 'dev') => complaint(() => settingsOf(stage, content, 'dev.json'));

describe('settings', () => {
  it('have a value for everything but the token issuers', () => {
    const settings = settingsOf('dev', { tokenIssuers: [issuer] }, 'dev.json');

    expect(settings.limits).toEqual({
      default: {
        groupSize: 256,
        messagesPerMinute: 30,
        retentionDays: 90,
        fastLaneConnections: 10,
        largeRoomAbove: 256,
        shardSize: 1_000,
        reactions: [],
        editWindowMinutes: null,
        deleteWindowMinutes: null,
      },
      tenants: {},
    });
    expect(settings.notifications).toEqual({
      default: { showText: true, linkTemplate: null, appName: 'Parley' },
      tenants: {},
      platformApplications: { fcm: null, apns: null, apnsSandbox: null },
      webPush: null,
      email: null,
      digestDelayMinutes: 15,
    });
    expect(settings.webhooks).toEqual({
      allowLocal: false,
      timeoutSeconds: 10,
      firstRetrySeconds: 5,
      concurrency: { usual: 100, slow: 50 },
    });
    expect(settings.beforeSend).toEqual({ tenants: {} });
    expect(settings.presence).toEqual({ lifeSeconds: 30, awayLifeSeconds: 600, pauseSeconds: 5 });
    expect(settings).toMatchObject({ stage: 'dev', retainData: false, corsOrigins: [], logLevel: 'INFO' });
    expect(settings.eventArchiveDays).toBe(14);
  });

  it('keep what one tenant has otherwise as it stands, so that it stays short', () => {
    const limits = { tenants: { acme: { groupSize: 8 } } };

    expect(settingsOf('local', { limits }, 'local.json').limits.tenants).toEqual({ acme: { groupSize: 8 } });
  });

  it('retain data in prod, unless it says otherwise', () => {
    expect(settingsOf('prod', { tokenIssuers: [issuer] }, 'prod.json').retainData).toBe(true);
    expect(settingsOf('prod', { tokenIssuers: [issuer], retainData: false }, 'prod.json').retainData).toBe(false);
  });

  it.each(['local', 'dev', 'staging', 'prod'])('come with a file for the stage %s', (stage) => {
    expect(readSettings(stage).stage).toBe(stage);
  });
});

describe('a wrong setting is named in one sentence:', () => {
  it.each([
    [
      'a limit out of range',
      { limits: { default: { groupSize: 1 } } },
      /^dev\.json: limits\.default\.groupSize must be at least 2\.$/,
    ],
    [
      'a limit of a tenant',
      { limits: { tenants: { acme: { retentionDays: 'x' } } } },
      /limits\.tenants\.acme\.retentionDays must be a number\.$/,
    ],
    [
      'a life longer than a message can be held back',
      { presence: { awayLifeSeconds: 901 } },
      /presence\.awayLifeSeconds must be at most 900\.$/,
    ],
    [
      'a link that leads to no conversation',
      { notifications: { default: { linkTemplate: 'https://chat.host.test/' } } },
      /notifications\.default\.linkTemplate must have \{conversationId\} in it\.$/,
    ],
    [
      'a link that is no address',
      { notifications: { tenants: { acme: { linkTemplate: '/c/{conversationId}' } } } },
      /notifications\.tenants\.acme\.linkTemplate must be an address\.$/,
    ],
    [
      'an application of another platform',
      { notifications: { platformApplications: { apns: 'arn:aws:sns:eu-west-1:123456789012:app/GCM/chat' } } },
      /platformApplications\.apns must be the ARN of a platform application of SNS for APNS\.$/,
    ],
    [
      'a contact that is none',
      { notifications: { webPush: { contact: 'ops' } } },
      /notifications\.webPush\.contact must be a mailto: or https: address\.$/,
    ],
    [
      'notifications longer than an environment',
      { tokenIssuers: [issuer], notifications: { tenants: manyTenants({ showText: false }) } },
      /notifications is too long/,
    ],
    [
      'webhooks that lead into the network of a deployment',
      { tokenIssuers: [issuer], webhooks: { allowLocal: true } },
      /^dev\.json: webhooks\.allowLocal is for the stage local/,
    ],
    [
      'a topic that is none',
      { tokenIssuers: [issuer], alarmTopicArn: 'ops@host.test' },
      /^dev\.json: alarmTopicArn must be the ARN of an SNS topic\.$/,
    ],
    [
      'an endless wait for webhooks',
      { webhooks: { timeoutSeconds: 60 } },
      /webhooks\.timeoutSeconds must be at most 10\.$/,
    ],
    ['a name that nobody reads', { logLevle: 'INFO' }, /^dev\.json: logLevle is not known here\.$/],
    [
      'a level that does not exist',
      { logLevel: 'info' },
      /logLevel must be one of "DEBUG", "INFO", "WARN", "ERROR"\.$/,
    ],
    [
      'a throttle that is no number',
      { throttle: { http: { rate: '10' } } },
      /throttle\.http\.rate must be a number\.$/,
    ],
    [
      'an origin with a path',
      { corsOrigins: ['https://chat.host.test/app'] },
      /corsOrigins\[0\] must be \* or an origin/,
    ],
    [
      'an issuer of two kinds',
      { tokenIssuers: [{ ...issuer, tenantClaim: 't' }] },
      /tokenIssuers\[0\] must have either/,
    ],
    [
      'an issuer of no kind',
      { tokenIssuers: [{ ...issuer, tenant: undefined }] },
      /tokenIssuers\[0\] must have either/,
    ],
    [
      'an issuer without https',
      { tokenIssuers: [{ ...issuer, jwksUri: 'http://id.host.test' }] },
      /tokenIssuers\[0\] must use https/,
    ],
    ['no issuer at all', {}, /^dev\.json: tokenIssuers is empty: nobody could log in\.$/],
    [
      'a retention that logs cannot have',
      { logRetentionDays: 31 },
      /logRetentionDays must be one of 1, 3, .*, 3653\.$/,
    ],
    [
      'limits longer than an environment',
      { tokenIssuers: [issuer], limits: { tenants: manyTenants() } },
      /limits\.tenants is too long/,
    ],
    [
      'a hook without a choice of what happens when it fails',
      { tokenIssuers: [issuer], beforeSend: { tenants: { acme: { url: 'https://hooks.host.test/' } } } },
      /beforeSend\.tenants\.acme\.onFailure is missing/,
    ],
    [
      'a hook that leads to two places',
      {
        tokenIssuers: [issuer],
        beforeSend: {
          tenants: { acme: { url: 'https://hooks.host.test/', functionArn: hookArn, onFailure: 'allow' } },
        },
      },
      /acme must have either url or functionArn/,
    ],
    [
      'a hook that others could listen to',
      {
        tokenIssuers: [issuer],
        beforeSend: { tenants: { acme: { url: 'http://hooks.host.test/', onFailure: 'allow' } } },
      },
      /acme\.url must use https/,
    ],
    [
      'a hook that is no function',
      {
        tokenIssuers: [issuer],
        beforeSend: { tenants: { acme: { functionArn: 'arn:aws:sns:x', onFailure: 'allow' } } },
      },
      /acme\.functionArn must be the ARN of a Lambda function/,
    ],
    [
      'more hooks than an environment holds',
      { tokenIssuers: [issuer], beforeSend: { tenants: manyHooks() } },
      /limits\.tenants and beforeSend\.tenants are too long together/,
    ],
    ['a file that holds a list', [], /^dev\.json: the file must be an object\.$/],
    [
      'an issuer without an audience',
      { tokenIssuers: [{ ...issuer, audience: undefined }] },
      /\[0\]\.audience is missing\.$/,
    ],
    [
      'a tenant whose name nobody could have',
      { limits: { tenants: { 'a\nb': {} } } },
      /limits\.tenants\.a\nb is a name that must/,
    ],
  ])('%s', (_, content, expected) => {
    const said = about(content);

    expect(said).toMatch(expected);
    expect(said).not.toMatch(/\n\s+at /);
  });

  it('an issuer that could speak for the tenants of another', () => {
    const claiming = { ...issuer, issuer: 'https://other.test/', tenant: undefined, tenantClaim: 'tenant' };

    expect(about({ tokenIssuers: [issuer, claiming] })).toMatch(/tokenIssuers\[1\]\.tenants is missing/);
    expect(about({ tokenIssuers: [issuer, { ...claiming, tenants: ['other'] }] })).toBe('none');
  });

  it('an issuer that is named twice', () => {
    const again = { ...issuer, tenant: 'other' };
    expect(about({ tokenIssuers: [issuer, again] })).toMatch(/tokenIssuers\[1\]\.issuer is named twice/);
  });

  it.each(['Prod', '', 'a b', '../prod', 7])('the stage %j', (stage) => {
    expect(complaint(() => readSettings(stage))).toMatch(/^stage is .*: it must be a lower-case name/);
  });

  it('a stage without a file', () => {
    expect(complaint(() => readSettings('qa'))).toMatch(/^infra\/settings\/qa\.json is missing: .*copy of infra/);
  });

  it('a file that is not JSON', () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-settings-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'mine.json');
    writeFileSync(file, '{ "logLevel": }');

    expect(complaint(() => readSettings('dev', file))).toMatch(/mine\.json is not JSON: /);
  });
});

function manyTenants(own: object = { groupSize: 8 }): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`tenant-${i}`, own]));
}
