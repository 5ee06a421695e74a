import { describe, expect, it } from 'vitest';
import { actionsOf, templatesOf } from './templates.ts';

const application = 'arn:aws:sns:eu-west-1:123456789012:app/GCM/chat';
const bare = templatesOf('dev', { notifications: {} });
const full = templatesOf('prod', {
  notifications: {
    platformApplications: { fcm: application },
    webPush: { contact: 'mailto:ops@host.test' },
    email: { from: 'Chat <chat@host.test>' },
  },
});

const allowed = ({ functions }: typeof bare, name: string, service: string) =>
  (functions().get(name)?.statements ?? []).flatMap((one) =>
    actionsOf(one)
      .filter((action) => action.startsWith(`${service}:`))
      .map((action) => [action, one.Resource]),
  );

const secretsOf = ({ all }: typeof bare) =>
  all('AWS::SecretsManager::Secret').filter(({ stack }) => stack.endsWith('Notifications'));

describe('notifications', () => {
  it('ask for nothing that a stage has not set up', () => {
    for (const name of ['Http/devices-register', 'Http/devices-vapid-key', 'Queue/notify-user', 'Queue/digest'])
      for (const service of ['sns', 'ses', 'secretsmanager']) expect(allowed(bare, name, service)).toEqual([]);
    expect(secretsOf(bare)).toEqual([]);
  });

  it('look at no message where there is no way to tell anybody', () => {
    const ruled = (templates: typeof bare) => JSON.stringify(templates.all('AWS::Events::Rule'));
    const workers = ['notify', 'notify-user', 'digest'].map((name) => `Queue/${name}`);
    for (const name of workers) expect(bare.functions().has(name), name).toBe(false);
    for (const name of workers) expect(full.functions().has(name), name).toBe(true);
    expect(ruled(bare)).not.toContain('message.created');
    expect(ruled(full)).toContain('message.created');
  });

  it('reach the endpoints of the stage’s own applications, and mail as its own identity', () => {
    const endpoints = 'arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/chat/*';
    expect(allowed(full, 'Http/devices-register', 'sns')).toEqual([
      ['sns:CreatePlatformEndpoint', application],
      ['sns:SetEndpointAttributes', endpoints],
    ]);
    expect(allowed(full, 'Queue/notify-user', 'sns')).toEqual([
      ['sns:DeleteEndpoint', endpoints],
      ['sns:Publish', endpoints],
    ]);
    expect(JSON.stringify(allowed(full, 'Queue/digest', 'ses'))).toMatch(
      /^\[\["ses:SendEmail",.*:identity\/host\.test"\]/,
    );
  });

  it('keep the secret of the key that browsers know, in prod', () => {
    expect(secretsOf(full)).toMatchObject([
      { DeletionPolicy: 'Retain', Properties: { GenerateSecretString: { PasswordLength: 64 } } },
    ]);
  });
});
