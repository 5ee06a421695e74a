/** The key that a web page subscribes to pushes with. */
import { Problem } from '../../../shared/protocol/errors.ts';
import { devicesVapidKey } from '../../../shared/protocol/routes/devices.ts';
import { live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { notificationSettingsIn } from '../../../shared/runtime/notification-settings.ts';
import { createVapid, type Vapid } from '../../../shared/runtime/vapid.ts';

export const vapidKey = (vapid: Vapid | undefined) =>
  onRequest(devicesVapidKey, async () => {
    if (!vapid) throw new Problem('not_found', { detail: 'This server sends no web pushes.' });
    return { publicKey: (await vapid.keys()).publicKey };
  });

export const handler = live(({ settings }) =>
  vapidKey(
    notificationSettingsIn(settings.NOTIFICATION_SETTINGS).webPush ? createVapid(settings.VAPID_SECRET_ARN) : undefined,
  ),
);
