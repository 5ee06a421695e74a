/**
 * Tells one user of one message, on each of their devices once. What fails is tried again with growing pauses; devices that are gone are
 * forgotten. Safe to repeat.
 */
import { live } from '../../shared/runtime/deps.ts';
import { addToLogContext } from '../../shared/runtime/logger.ts';
import { createMobilePush } from '../../shared/runtime/mobile-push.ts';
import { createDigestQueue, createUserQueue, userNotification } from '../../shared/runtime/notification-queues.ts';
import { notificationSettingsIn } from '../../shared/runtime/notification-settings.ts';
import { onQueue } from '../../shared/runtime/queue.ts';
import { createUserNotifying, type UserNotifying } from '../../shared/runtime/user-notifying.ts';
import { createVapid } from '../../shared/runtime/vapid.ts';
import { createWebPush } from '../../shared/runtime/web-push.ts';

export const notifyUser = (tell: UserNotifying) =>
  onQueue('notify-user', async (body) => {
    const job = userNotification.parse(body);
    addToLogContext({ tenant: job.tenant, user: job.user, conversationId: job.conversationId });
    await tell(job);
  });

export const handler = live(({ recipients, devices, notices, digests, unread, clock, settings }) => {
  const notifications = notificationSettingsIn(settings.NOTIFICATION_SETTINGS);
  return notifyUser(
    createUserNotifying({
      recipients,
      devices,
      notices,
      digests,
      unread,
      clock,
      mobilePush: createMobilePush(),
      webPush: notifications.webPush
        ? createWebPush(notifications.webPush, createVapid(settings.VAPID_SECRET_ARN))
        : undefined,
      userQueue: createUserQueue(settings.USER_QUEUE_URL),
      digestQueue: createDigestQueue(settings.DIGEST_QUEUE_URL),
      settings: notifications,
      presence: settings.PRESENCE_SETTINGS,
    }),
  );
});
