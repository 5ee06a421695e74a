/** A world whose stage has before-send hooks, those of test/fixtures/before-send.json, and the receiver that answers for all of them. */
import { createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { projectInputs, synthesize } from '../../infra/local/synth.ts';
import type { HookQuestion } from '../../shared/protocol/before-send.ts';
import { Receiver, type Reply } from './receiver.ts';
import { aWorld, type World } from './world.ts';

const fixture = 'test/fixtures/before-send.json';

export const hookedAssembly = (): Promise<string> =>
  synthesize({ inputs: [...projectInputs, fixture], context: { stage: 'local', settings: fixture } });

/** The path of the construct of the function that asks a tenant's hook. */
export const askerOf = (tenant: string): string =>
  `Hook/before-send-${createHash('sha256').update(tenant).digest('hex').slice(0, 12)}`;

/** What a hook answers with JSON. */
export const saying = (answer: unknown): Reply => ({ status: 200, body: JSON.stringify(answer) });
export const allowing = () => saying({ action: 'allow' });

export interface HookedWorld {
  world: World;
  receiver: () => Receiver;
  /** What the hook was asked since the test began. */
  questions: () => HookQuestion[];
  secretOf: (tenant: string) => Promise<string>;
}

/** @param assembly what `hookedAssembly` gave */
export const aHookedWorld = (assembly: string): HookedWorld => {
  const world = aWorld({ assembly });
  let receiver: Receiver | undefined;
  const open = (): Receiver => {
    if (!receiver) throw new Error('The receiver has not been opened yet.');
    return receiver;
  };
  const environmentOf = (tenant: string): Record<string, string> =>
    world.cloud.functions.find(({ name }) => name === askerOf(tenant))?.environment ?? {};

  beforeAll(async () => {
    receiver = await Receiver.open();
    receiver.replies = allowing;
    for (const tenant of ['moderated', 'enriched', 'broken', 'inward']) {
      environmentOf(tenant).BEFORE_SEND_URL = receiver.url;
      if (tenant === 'inward') {
        environmentOf(tenant).WEBHOOK_SETTINGS = JSON.stringify({
          allowLocal: false,
          timeoutSeconds: 1,
          firstRetrySeconds: 1,
        });
      }
      // A hook has a second for its answer, and a busy machine may take as long to start an instance.
      await world.cloud.invoke(askerOf(tenant), {});
    }
    receiver.received.length = 0;
  });
  afterEach(() => {
    open().received.length = 0;
    open().replies = allowing;
  });
  afterAll(() => receiver?.closes());

  return {
    world,
    receiver: open,
    questions: () => open().received.map(({ body }) => body as unknown as HookQuestion),
    secretOf: async (tenant) => {
      const client = new SecretsManagerClient(world.cloud.clientConfig);
      const SecretId = environmentOf(tenant).BEFORE_SEND_KEY_ARN;
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
      client.destroy();
      return SecretString;
    },
  };
};
