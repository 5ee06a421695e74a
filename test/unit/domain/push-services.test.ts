import { expect, it } from 'vitest';
import { isPushService } from '../../../shared/domain/push-services.ts';

const hosts = ['fcm.googleapis.com', '*.push.apple.com'];

it.each([
  'https://fcm.googleapis.com/fcm/send/x',
  'https://web.push.apple.com/x',
  'https://FCM.googleapis.com./x'.replace('./', '/'),
])('web pushes go to %s', (endpoint) => {
  expect(isPushService(endpoint, hosts)).toBe(true);
});

it.each([
  'http://fcm.googleapis.com/x',
  'https://fcm.googleapis.com:8443/x',
  'https://user@fcm.googleapis.com/x',
  'https://fcm.googleapis.com@evil.test/x',
  'https://fcm.googleapis.com.evil.test/x',
  'https://push.apple.com/x',
  'https://evilpush.apple.com/x',
  'https://evil.test/?https://fcm.googleapis.com',
  'https://127.0.0.1/x',
  'https://2130706433/x',
  'https://[::ffff:127.0.0.1]/x',
  'https://169.254.169.254/latest/meta-data',
  'http://localhost:8080/x',
  'ftp://fcm.googleapis.com/x',
  'nonsense',
])('and not to %s', (endpoint) => {
  expect(isPushService(endpoint, hosts)).toBe(false);
});

it('to this machine only where the settings name it', () => {
  expect(isPushService('http://localhost:8080/x', [...hosts, 'localhost'])).toBe(true);
});
