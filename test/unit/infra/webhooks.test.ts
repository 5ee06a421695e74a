import { describe, expect, it } from 'vitest';
import { templatesOf } from './templates.ts';

const dev = templatesOf('dev');
const prod = templatesOf('prod');

const mappingOf = (name: string, templates = dev) => {
  const worker = templates.functions().get(`Queue/${name}`)?.id;
  return templates
    .all('AWS::Lambda::EventSourceMapping')
    .find(({ Properties }) => templates.functionIn(Properties.FunctionName) === worker)?.Properties;
};

it('every public event that is told for a webhook, and none other, is queued to be dispatched', () => {
  const queue = JSON.stringify(mappingOf('webhook-dispatch')?.EventSourceArn);
  const rules = dev
    .all('AWS::Events::Rule')
    .map(({ Properties }) => Properties)
    .filter(({ Targets }) => JSON.stringify(Targets[0].Arn) === queue);

  expect(rules.map(({ EventPattern }) => EventPattern)).toEqual([
    { source: ['parley'], resources: ['parley/webhooks'] },
  ]);
  expect(rules[0]?.Targets[0].DeadLetterConfig).toBeDefined();
});

it('deliveries have two lanes, with an instance for each message, and as many of those as the settings say', () => {
  const limits = (templates: typeof dev) =>
    ['webhook-delivery', 'webhook-delivery-slow'].map((name) => {
      const mapping = mappingOf(name, templates);
      return [mapping?.BatchSize, mapping?.ScalingConfig.MaximumConcurrency];
    });

  expect(limits(dev)).toEqual([
    [1, 100],
    [1, 50],
  ]);
  expect(limits(templatesOf('dev', { webhooks: { concurrency: { usual: 7, slow: 3 } } }))).toEqual([
    [1, 7],
    [1, 3],
  ]);
});

it('functions know where webhooks may lead, and the secret of their secrets, where it matters, and nowhere else', () => {
  const toldOf = (variable: string) =>
    [...dev.functions()].filter(([, { environment }]) => variable in environment).map(([name]) => name);
  const workers = ['Queue/webhook-delivery', 'Queue/webhook-delivery-slow'];

  expect(toldOf('WEBHOOK_SETTINGS').sort()).toEqual(['Http/webhooks-create', 'Http/webhooks-update', ...workers]);
  expect(toldOf('WEBHOOK_KEY_ARN').sort()).toEqual(['Http/webhooks-create', 'Http/webhooks-rotate-secret', ...workers]);
  for (const [, { environment }] of dev.functions()) {
    if (environment.WEBHOOK_SETTINGS) expect(String(environment.WEBHOOK_SETTINGS)).toContain('"allowLocal":false');
  }
});

describe('the master secret', () => {
  const secretOf = ({ all }: typeof dev) => all('AWS::SecretsManager::Secret');

  it('is made up by the stack, and in no template', () => {
    expect(secretOf(dev)).toMatchObject([
      { Properties: { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } } },
    ]);
  });

  it('is kept in prod, with what is encrypted under it', () => {
    expect(secretOf(prod)).toMatchObject([{ DeletionPolicy: 'Retain' }]);
    expect(secretOf(dev)).toMatchObject([{ DeletionPolicy: 'Delete' }]);
  });
});
