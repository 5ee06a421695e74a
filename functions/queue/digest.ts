/** Mails one user what is still unread when a window closes; looks again later where it is too early, or quiet. Safe to repeat. */
import { live } from '../../shared/runtime/deps.ts';
import { createDigesting, type Digesting } from '../../shared/runtime/digesting.ts';
import { addToLogContext } from '../../shared/runtime/logger.ts';
import { createMailer } from '../../shared/runtime/mailer.ts';
import { createDigestQueue, digestTask } from '../../shared/runtime/notification-queues.ts';
import { notificationSettingsIn } from '../../shared/runtime/notification-settings.ts';
import { onQueue } from '../../shared/runtime/queue.ts';

export const digest = (mail: Digesting) =>
  onQueue('digest', async (body) => {
    const task = digestTask.parse(body);
    addToLogContext({ tenant: task.tenant, user: task.user });
    await mail(task);
  });

export const handler = live(({ recipients, digests, notices, unread, profiles, clock, settings }) => {
  const notifications = notificationSettingsIn(settings.NOTIFICATION_SETTINGS);
  return digest(
    createDigesting({
      recipients,
      digests,
      notices,
      unread,
      profiles,
      clock,
      mailer: notifications.email ? createMailer(notifications.email.from) : undefined,
      queue: createDigestQueue(settings.DIGEST_QUEUE_URL),
      settings: notifications,
    }),
  );
});
