/** A browser and the push service of its maker, on a real socket. */
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importJWK, jwtVerify } from 'jose';

export interface Received {
  /** What the service worker is handed. */
  payload: Record<string, unknown>;
  headers: Record<string, string | string[] | undefined>;
}

const expanded = (key: Buffer, salt: Buffer, info: Buffer, length: number) =>
  Buffer.from(hkdfSync('sha256', key, salt, info, length));

/** RFC 8291: what only this browser can read. */
const decrypted = (body: Buffer, ecdh: ReturnType<typeof createECDH>, auth: Buffer): string => {
  const salt = body.subarray(0, 16);
  const sender = body.subarray(21, 21 + body.readUInt8(20));
  const sealed = body.subarray(21 + sender.length);
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender]);
  const key = expanded(ecdh.computeSecret(sender), auth, about, 32);
  const cipher = createDecipheriv(
    'aes-128-gcm',
    expanded(key, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16),
    expanded(key, salt, Buffer.from('Content-Encoding: nonce\0'), 12),
  );
  cipher.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString();
};

/** Whose signature a push carries. @throws where it is none, or for another service */
const signerOf = async (authorization: string, audience: string): Promise<string> => {
  const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization) ?? [];
  const point = Buffer.from(key, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x: String(x), y: String(y) }, 'ES256'), {
    audience,
  });
  return key;
};

export const startPushService = async () => {
  const received = new Map<string, Received[]>();
  const browsers = new Map<string, { ecdh: ReturnType<typeof createECDH>; auth: Buffer }>();
  const signers = new Set<string>();
  let status = 201;
  let origin = '';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const path = request.url ?? '';
      const browser = browsers.get(path);
      if (status >= 300 || !browser) return response.writeHead(browser ? status : 404, { location: '/stolen' }).end();
      try {
        signers.add(await signerOf(request.headers.authorization ?? '', origin));
        const payload = JSON.parse(decrypted(Buffer.concat(chunks), browser.ecdh, browser.auth));
        received.set(path, [...(received.get(path) ?? []), { payload, headers: request.headers }]);
        response.writeHead(201).end();
      } catch {
        response.writeHead(403).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;

  return {
    signers,
    /** From now on it answers everybody so. */
    answers: (next: number): void => {
      status = next;
    },
    /** A browser that subscribes. */
    browser: () => {
      const [ecdh, auth] = [createECDH('prime256v1'), randomBytes(16)];
      ecdh.generateKeys();
      const path = `/push/${randomBytes(8).toString('hex')}`;
      browsers.set(path, { ecdh, auth });
      return {
        subscription: {
          endpoint: `${origin}${path}`,
          expirationTime: null,
          keys: { p256dh: ecdh.getPublicKey('base64url'), auth: auth.toString('base64url') },
        },
        received: (): Received[] => received.get(path) ?? [],
      };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
};
