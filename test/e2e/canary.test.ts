import { beforeAll, describe, expect, it } from 'vitest';
import { letsCanaryIn } from '../support/canary.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

beforeAll(() => letsCanaryIn(world.cloud));

const runs = async () => {
  world.logs.length = 0;
  const { ok } = await world.cloud.invoke('Schedule/canary', {});
  expect(ok).toBe(true);
  await world.cloud.settled();
  const lines = world.logs.map((text) => JSON.parse(text) as Record<string, unknown>);
  const own = lines.filter(({ operation }) => operation === 'canary');
  return { lines, metrics: own.find((line) => '_aws' in line), said: own.find((line) => !('_aws' in line)) };
};

describe('the canary', () => {
  it('logs in by a token and by a ticket, sends, receives and says how long that took', async () => {
    const { metrics, said } = await runs();

    expect(said).toMatchObject({ message: 'done' });
    expect(metrics).toMatchObject({
      CanarySuccess: 1,
      CanarySendToAck: expect.any(Number),
      CanarySendToReceive: expect.any(Number),
    });
  });

  it('is told by the stream, and not by the sender', async () => {
    const { lines, said } = await runs();

    const told = lines.filter(
      ({ message, correlationId }) => message === 'told' && correlationId === said?.correlationId,
    );
    expect(told.map(({ operation }) => operation)).toContain('fanout');
    expect(told.map(({ operation }) => operation)).not.toContain('message.send');
  });

  it('asks KMS for two signatures in an hour, and goes on in the conversation that it began', async () => {
    await runs();
    await runs();
    const signatures = world.cloud.meter.calls().filter(({ action }) => action === 'kms:Sign');

    expect(signatures.map((call) => call.function)).toEqual(['Schedule/canary', 'Schedule/canary']);
  });

  it('says what it could not do, without failing itself', async () => {
    world.cloud.faults.add({
      function: 'WebSocket/message-send',
      action: 'dynamodb:UpdateItem',
      fault: { kind: 'error' },
    });
    const { metrics, said } = await runs();

    expect(said).toMatchObject({ message: 'failed', step: 'send', error: { message: 'It was answered unavailable.' } });
    expect(metrics).toMatchObject({ CanarySuccess: 0 });
  });

  it('says that nobody lets it in', async () => {
    world.cloud.faults.add({
      function: 'WebSocket/authorizer',
      action: 'dynamodb:DeleteItem',
      fault: { kind: 'error' },
    });
    const { metrics, said } = await runs();

    expect(said).toMatchObject({ message: 'failed', step: 'connect', error: { message: 'The socket was refused.' } });
    expect(metrics).toMatchObject({ CanarySuccess: 0 });
  });
});

it('publishes its key to anybody, and none of it that signs', async () => {
  const answer = await fetch(`${world.cloud.url}/canary/.well-known/jwks.json`);
  const { keys } = (await answer.json()) as { keys: Record<string, string>[] };

  expect(answer.headers.get('content-type')).toBe('application/jwk-set+json');
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
});
