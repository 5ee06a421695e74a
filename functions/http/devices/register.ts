/** Pushes go to this device of the caller from now on. Safe to repeat. */

import { isPushService } from '../../../shared/domain/push-services.ts';
import { Problem } from '../../../shared/protocol/errors.ts';
import { devicesRegister } from '../../../shared/protocol/routes/devices.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { createMobilePush, type MobilePush } from '../../../shared/runtime/mobile-push.ts';
import {
  applicationOf,
  type NotificationSettings,
  notificationSettingsIn,
} from '../../../shared/runtime/notification-settings.ts';

const wrong = (path: string, message: string) => new Problem('invalid_request', { errors: [{ path, message }] });

export const registerDevice = ({
  devices,
  mobilePush,
  notifications,
}: Pick<Deps, 'devices'> & { mobilePush: MobilePush; notifications: NotificationSettings }) =>
  onRequest(devicesRegister, async ({ body, caller }) => {
    const notSetUp = () => wrong('platform', 'is not set up on this server');
    if (body.platform === 'web') {
      if (notifications.webPush === null) throw notSetUp();
      const { endpoint, keys } = body.subscription;
      if (!isPushService(endpoint, notifications.webPush.hosts))
        throw wrong('subscription.endpoint', 'is not a push service that this server sends to');
      return devices.register(caller, { platform: 'web', subscription: { endpoint, keys } });
    }
    const { platform, token } = body;
    const application = applicationOf(notifications, platform);
    if (application === undefined) throw notSetUp();
    const endpointArn = await mobilePush.register(application, token);
    if (endpointArn === undefined) throw wrong('token', 'is not a token of this platform');
    return devices.register(caller, { platform, token, endpointArn });
  });

export const handler = live(({ devices, settings }) =>
  registerDevice({
    devices,
    mobilePush: createMobilePush(),
    notifications: notificationSettingsIn(settings.NOTIFICATION_SETTINGS),
  }),
);
