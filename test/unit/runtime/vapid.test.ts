import { createECDH } from 'node:crypto';
import { expect, it } from 'vitest';
import webPush from 'web-push';
import { vapidKeysFrom } from '../../../shared/runtime/vapid.ts';

it('the same secret is the same key pair, and another one another', () => {
  expect(vapidKeysFrom('open sesame')).toEqual(vapidKeysFrom('open sesame'));
  expect(vapidKeysFrom('open sesame')).not.toEqual(vapidKeysFrom('open barley'));
});

it('the pair belongs together, and is what web-push takes', () => {
  const { publicKey, privateKey } = vapidKeysFrom('open sesame');
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(privateKey, 'base64url');
  expect(ecdh.getPublicKey('base64url')).toBe(publicKey);
  expect(() => webPush.setVapidDetails('mailto:ops@host.test', publicKey, privateKey)).not.toThrow();
});
