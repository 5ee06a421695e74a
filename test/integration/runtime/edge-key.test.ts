import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { edgeHeader } from '../../../shared/protocol/edge.ts';
import { createEdgeGate, edgeGateOf } from '../../../shared/runtime/edge-key.ts';

const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:parley-prod-edge-AbCdEf';
const shown = (key: string) => ({ [edgeHeader]: key });

/** Secrets Manager, as far as it is asked here: versions by their stage. */
const aSecretsManager = async (versions: Record<string, string>) => {
  const asked: { headers: IncomingMessage['headers']; body: { SecretId: string; VersionStage: string } }[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    asked.push({ headers: request.headers, body });
    const SecretString = versions[body.VersionStage];
    response.statusCode = SecretString === undefined ? 400 : 200;
    response.end(
      JSON.stringify(SecretString === undefined ? { __type: 'ResourceNotFoundException' } : { SecretString }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    environment: {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      EDGE_KEY_ARN: arn,
    },
  };
};

describe('the gate behind the edge', () => {
  it('lets in who shows the key, whatever the header’s letters, and nobody else', async () => {
    const { environment } = await aSecretsManager({ AWSCURRENT: 'new' });
    const cameByEdge = edgeGateOf(environment);

    expect(await cameByEdge(shown('new'))).toBe(true);
    expect(await cameByEdge({ 'X-Parley-Edge': 'new' })).toBe(true);
    expect(await cameByEdge(shown('guessed'))).toBe(false);
    expect(await cameByEdge({})).toBe(false);
    expect(await cameByEdge(undefined)).toBe(false);
  });

  it('asks once, by a signed request, however many come', async () => {
    const { environment, asked } = await aSecretsManager({ AWSCURRENT: 'new' });
    const cameByEdge = edgeGateOf(environment);
    await Promise.all([cameByEdge(shown('new')), cameByEdge(shown('new')), cameByEdge(shown('new'))]);

    expect(asked.map(({ body }) => body).sort((a, b) => a.VersionStage.localeCompare(b.VersionStage))).toEqual([
      { SecretId: arn, VersionStage: 'AWSCURRENT' },
      { SecretId: arn, VersionStage: 'AWSPREVIOUS' },
    ]);
    expect(asked[0]?.headers).toMatchObject({
      'x-amz-target': 'secretsmanager.GetSecretValue',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-central-1\/secretsmanager\//),
    });
  });

  it('asks for nothing where no key is shown', async () => {
    const { environment, asked } = await aSecretsManager({ AWSCURRENT: 'new' });
    await edgeGateOf(environment)({});

    expect(asked).toEqual([]);
  });

  it('takes the key before it too, until CloudFront shows the newest', async () => {
    const { environment } = await aSecretsManager({ AWSCURRENT: 'new', AWSPREVIOUS: 'old' });
    const cameByEdge = edgeGateOf(environment);

    expect([await cameByEdge(shown('old')), await cameByEdge(shown('new'))]).toEqual([true, true]);
  });

  it('looks again for a key that it does not know, but not for each guess', async () => {
    let now = 0;
    let reads = 0;
    const cameByEdge = createEdgeGate({
      now: () => now,
      readKeys: async () => {
        reads += 1;
        return reads === 1 ? ['old'] : ['new', 'old'];
      },
    });
    expect(await cameByEdge(shown('old'))).toBe(true);
    expect(await cameByEdge(shown('new'))).toBe(false);
    now = 10_000;
    expect(await cameByEdge(shown('new'))).toBe(true);
    await Promise.all(['guess', 'another', 'third'].map((key) => cameByEdge(shown(key))));

    expect(reads).toBe(2);
  });

  it('fails, and refuses nobody for good, while the key cannot be read', async () => {
    let broken = true;
    const cameByEdge = createEdgeGate({
      now: () => 0,
      readKeys: async () => {
        if (broken) throw new Error('no key');
        return ['new'];
      },
    });
    await expect(cameByEdge(shown('new'))).rejects.toThrow('no key');
    broken = false;

    expect(await cameByEdge(shown('new'))).toBe(true);
  });

  it('is open to everybody where there is no edge', async () => {
    expect(await edgeGateOf({})({})).toBe(true);
  });
});
