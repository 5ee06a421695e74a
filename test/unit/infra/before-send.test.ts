import { describe, expect, it } from 'vitest';
import { actionsOf, templatesOf } from './templates.ts';

const own = 'arn:aws:lambda:eu-central-1:123456789012:function:moderate';
const hooked = templatesOf('dev', {
  beforeSend: {
    tenants: {
      acme: { url: 'https://hooks.host.test/parley', onFailure: 'refuse' },
      globex: { functionArn: own, onFailure: 'allow' },
    },
  },
});
const senders = ['Http/messages-create', 'Http/messages-update', 'WebSocket/message-edit', 'WebSocket/message-send'];

const withAction = (action: string, templates = hooked) =>
  [...templates.functions()].flatMap(([name, { statements }]) =>
    statements.filter((one) => actionsOf(one).includes(action)).map(({ Resource }) => ({ name, Resource })),
  );

describe('before-send hooks', () => {
  it('cost a stage without any no function, no right and no variable', () => {
    const dev = templatesOf('dev');
    expect(dev.all('AWS::Lambda::Function').filter(({ stack }) => stack.includes('BeforeSend'))).toEqual([]);
    expect(withAction('lambda:InvokeFunction', dev)).toEqual([]);
    for (const [, { environment }] of dev.functions()) expect(environment).not.toHaveProperty('BEFORE_SEND_HOOKS');
  });

  it('may be asked by the functions that store messages, by exact ARNs, and by no other', () => {
    const grants = withAction('lambda:InvokeFunction');
    expect(grants.map(({ name }) => name).sort()).toEqual(senders);
    const asker = hooked.all('AWS::Lambda::Function').find(({ stack }) => stack.includes('BeforeSend'));
    for (const { Resource } of grants) {
      expect(Resource).toHaveLength(2);
      expect(Resource).toContain(own);
      expect(JSON.stringify(Resource)).toContain(`:function:${asker?.Properties.FunctionName}"`);
    }
    const told = [...hooked.functions()].filter(([, { environment }]) => 'BEFORE_SEND_HOOKS' in environment);
    expect(told.map(([name]) => name).sort()).toEqual(senders);
  });

  it('with an address have a function and a generated secret of their own, which it alone may read', () => {
    const secrets = hooked.all('AWS::SecretsManager::Secret').filter(({ stack }) => stack.includes('BeforeSend'));
    expect(secrets).toHaveLength(1);
    const readers = withAction('secretsmanager:GetSecretValue').filter(({ Resource }) =>
      JSON.stringify(Resource).includes(secrets[0]?.id ?? ''),
    );
    expect(readers.map(({ name }) => name)).toEqual([expect.stringMatching(/^Hook\/before-send-[0-9a-f]{12}$/)]);
  });

  it('can be removed: no stack imports what another one exports of them', () => {
    for (const [name, template] of hooked.templates) {
      if (name.includes('BeforeSend')) continue;
      expect(JSON.stringify(template.toJSON())).not.toMatch(/Fn::ImportValue[^}]*BeforeSend/);
    }
  });
});
