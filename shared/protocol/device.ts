/** Devices that pushes go to, and how their apps register them. */
import * as z from 'zod';
import { timestamp } from './identifiers.ts';

/** Mobile platforms, by who delivers to them; `apns-sandbox` takes tokens of development builds. */
export const mobilePlatform = z.enum(['fcm', 'apns', 'apns-sandbox']).meta({ id: 'MobilePlatform' });
export type MobilePlatform = z.infer<typeof mobilePlatform>;

export const platform = z.enum([...mobilePlatform.options, 'web']).meta({ id: 'Platform' });
export type Platform = z.infer<typeof platform>;

export const mostDevices = 20;

/** Derived from what it is registered with: registering it again finds the same. */
export const deviceId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/, 'is not a device id')
  .meta({ description: 'Follows from the token or the subscription.', examples: ['Xq3nUQyq0m1gWc0aVZ2y4A'] });

const pushToken = z
  .string()
  .regex(/^[A-Za-z0-9:_-]{8,2048}$/, 'is not a token of FCM or APNs')
  .meta({
    description: 'As FCM or APNs gave it to the app.',
    examples: ['fMEP0vJqSg2:APA91bHun4MxP5egoKMwt2KZFBaFUH'],
  });

const base64url = (bytes: number) =>
  z
    .string()
    .regex(
      new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}=*$`),
      `must be ${bytes} bytes as base64url, as the browser gives them`,
    );

/** What `PushSubscription.toJSON()` gives a web page. */
export const webSubscription = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/, error: 'must be an https URL' })
      .max(2_048)
      .meta({
        description: 'An address of a push service that this server sends to.',
        examples: ['https://updates.push.services.mozilla.com/wpush/v2/gAAAAABn'],
      }),
    expirationTime: z.number().nullable().optional(),
    keys: z.strictObject({ p256dh: base64url(65), auth: base64url(16) }),
  })
  .meta({ id: 'WebSubscription', description: 'What `PushSubscription.toJSON()` gives a web page.' });
export type WebSubscription = z.infer<typeof webSubscription>;

export const deviceRegistration = z
  .discriminatedUnion(
    'platform',
    [
      z.strictObject({ platform: mobilePlatform, token: pushToken }),
      z.strictObject({ platform: z.literal('web'), subscription: webSubscription }),
    ],
    { error: 'must have a `platform`: `fcm`, `apns`, `apns-sandbox` or `web`' },
  )
  .meta({ id: 'DeviceRegistration' });
export type DeviceRegistration = z.infer<typeof deviceRegistration>;

export const device = z
  .object({
    id: deviceId,
    platform,
    registeredAt: timestamp.meta({ description: 'When it was registered last.' }),
  })
  .meta({ id: 'Device', description: 'A device of yours that pushes go to. Its token is never shown.' });
export type Device = z.infer<typeof device>;
