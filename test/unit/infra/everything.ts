/** Settings of a stage that leaves nothing out. */
export const everything = {
  region: 'eu-central-1',
  edge: {
    domainNames: ['chat.host.test'],
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-0000-0000-000000000000',
    countries: { rule: 'allow', codes: ['DE', 'FR'] },
    requestsPerFiveMinutes: 1_000,
    connectSources: ['https://files.host.test'],
  },
  encryption: 'customer-managed',
  logRetentionDays: 60,
  tags: { team: 'chat' },
  budget: { monthlyUsd: 300, emails: ['ops@host.test'] },
  releases: { steps: 'canary-5-minutes' },
  throttle: { commands: { 'typing.start': { rate: 500, burst: 700 } } },
  alarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:ops',
  notifications: {
    webPush: { contact: 'mailto:ops@host.test' },
    email: { from: 'chat@host.test' },
    platformApplications: { fcm: 'arn:aws:sns:eu-central-1:123456789012:app/GCM/chat' },
  },
  beforeSend: { tenants: { acme: { url: 'https://hooks.host.test/', onFailure: 'allow' } } },
};
