import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** What an issuer does when it is asked for its keys. */
const moods = {
  well: (response: ServerResponse, keys: unknown[]) => response.end(JSON.stringify({ keys })),
  down: (response: ServerResponse) => response.writeHead(503).end(),
  'being repaired': (response: ServerResponse) => response.end('<html>We will be back soon.</html>'),
  unreachable: (response: ServerResponse) => response.destroy(),
};
export type Mood = keyof typeof moods;

/** A token issuer of its own, which may fail and comes back; its keys are fetched from a real server. */
export const startIssuer = async () => {
  const keys: { kid: string; key: Key; jwk: unknown }[] = [];
  let mood: Mood = 'well';
  let fetches = 0;
  const server = createServer((_, response) => {
    fetches += 1;
    moods[mood](
      response,
      keys.map(({ jwk }) => jwk),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const rotate = async (): Promise<void> => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const kid = `key-${keys.length + 1}`;
    keys.unshift({ kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } });
  };
  await rotate();

  return {
    issuer,
    jwksUri: `${issuer}/keys`,
    /** A new key signs from now on. */
    rotate,
    /** A key is published no more. */
    withdraw: (kid: string) => {
      keys.splice(
        keys.findIndex((one) => one.kid === kid),
        1,
      );
    },
    becomes: (next: Mood) => {
      mood = next;
    },
    /** How often its keys were asked for. */
    get fetches() {
      return fetches;
    },
    /** @param kid the name of a key, if not that of the one that signs */
    token: (claims: JWTPayload, kid?: string): Promise<string> => {
      const [newest] = keys;
      if (!newest) throw new Error('The issuer has no key.');
      return new SignJWT({ iss: issuer, aud: 'parley', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: kid ?? newest.kid })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(newest.key);
    },
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
