/** Tells one user of one message, on every device of theirs, and sees to the digest of what they do not read. */
import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import type { Devices, RegisteredDevice } from '../data/devices.ts';
import type { Digests } from '../data/digests.ts';
import type { Notices, Outcome } from '../data/notices.ts';
import type { Recipients, Situation } from '../data/recipients.ts';
import type { Unread } from '../data/unread.ts';
import type { Clock } from '../domain/clock.ts';
import { previewOf } from '../domain/message.ts';
import { linkOf, pushText } from '../domain/notification-texts.ts';
import { isElsewhere, isNews, isTold, mayHearOf, pushPause } from '../domain/notifications.ts';
import { unreadTotalsOf } from '../domain/own-state.ts';
import { isQuiet } from '../domain/quiet-hours.ts';
import { describeError, logger } from './logger.ts';
import type { MobilePush } from './mobile-push.ts';
import type { DigestQueue, UserNotification, UserQueue } from './notification-queues.ts';
import { type NotificationSettings, notificationsOf } from './notification-settings.ts';
import type { Fate, Push } from './push.ts';
import { NotYet } from './queue.ts';
import type { PresenceSettings } from './settings.ts';
import { together } from './together.ts';
import type { WebPush } from './web-push.ts';

interface Deps {
  recipients: Recipients;
  devices: Devices;
  notices: Notices;
  digests: Digests;
  unread: Unread;
  mobilePush: MobilePush;
  /** undefined where the stage sends none. */
  webPush: WebPush | undefined;
  userQueue: UserQueue;
  digestQueue: DigestQueue;
  settings: NotificationSettings;
  presence: PresenceSettings;
  clock: Clock;
}

export const createUserNotifying = (deps: Deps) => {
  const { recipients, devices, notices, digests, unread, userQueue, digestQueue, settings, clock } = deps;

  /** Whether it is so still: they may have come, read it, muted it or left since it was queued. */
  const isSoStill = ({ occasion, member, person, sender }: Situation): boolean => {
    const now = clock.now();
    return (
      member !== undefined &&
      isNews(occasion, now) &&
      isTold(occasion, member, person.usual, now) &&
      mayHearOf(person.state, sender.state) &&
      isElsewhere(person, deps.presence.lives, now)
    );
  };

  /** One window at a time. Its message is queued first: a window that nobody looks after would stay open for ever. */
  const seeToDigest = async (tenant: string, { person, digest }: Situation): Promise<void> => {
    if (settings.email === null || person.email === null || !person.preferences.email) return;
    const now = clock.now();
    if (digest.dueAt !== undefined && new Date(digest.dueAt) > now) return;
    const delayMs = settings.digestDelayMinutes * 60_000;
    const next = { window: randomUUID(), dueAt: new Date(now.getTime() + delayMs).toISOString() };
    await digestQueue.send([{ tenant, user: person.user, window: next.window }], delayMs);
    await digests.open(tenant, person.user, digest, next);
  };

  const pushFor = async (tenant: string, { occasion, person, sender }: Situation): Promise<Push> => {
    const { conversation, message } = occasion;
    const { showText, linkTemplate } = notificationsOf(settings, tenant);
    const said = {
      isDirect: conversation.type === 'direct',
      title: conversation.title,
      senderName: sender.displayName,
      text: previewOf(message).content,
      mentionsThem: message.mentions.includes(person.user),
    };
    const place = { conversationId: conversation.id, seq: message.seq };
    const counted = unreadTotalsOf(await unread.newest(tenant, person.user), clock.now());
    return {
      ...pushText(said, { locale: person.locale, showText }),
      ...place,
      messageId: message.id,
      link: linkOf(linkTemplate, place),
      badge: counted.messages,
    };
  };

  const deliver = async (tenant: string, user: string, device: RegisteredDevice, push: Push): Promise<Fate> => {
    const fate = await (device.platform === 'web'
      ? (deps.webPush?.publish(device.subscription, push) ?? 'failed')
      : deps.mobilePush.publish(device.endpointArn, device.platform, push));
    if (fate !== 'gone') return fate;
    await devices.bury(tenant, user, device);
    if (device.platform !== 'web') {
      await deps.mobilePush
        .forget(device.endpointArn)
        .catch((error: unknown) => logger.warn('a dead endpoint stays', { error: describeError(error) }));
    }
    return fate;
  };

  /** Safe to repeat: a device that was reached is left alone. @returns whether some are to be tried again */
  const pushTo = async (
    { tenant, user, conversationId, seq }: UserNotification,
    situation: Situation,
    targets: readonly RegisteredDevice[],
  ): Promise<boolean> => {
    const notice = `${conversationId}.${seq}`;
    const before = await notices.begin(tenant, user, notice);
    if (before === 'done') return false;
    if (before === 'busy') throw new NotYet('It is being sent.');
    const left = targets.filter(({ id }) => before[id] === undefined);
    const outcomes: Record<string, Outcome> = {};
    let isDone = false;
    try {
      const push = left.length > 0 ? await pushFor(tenant, situation) : undefined;
      await pMap(left, async (device) => {
        const fate = push ? await deliver(tenant, user, device, push) : 'again';
        if (fate !== 'again') outcomes[device.id] = fate;
      });
      isDone = left.every(({ id }) => outcomes[id] !== undefined);
    } finally {
      await notices.end(tenant, user, notice, outcomes, isDone);
    }
    return !isDone;
  };

  return async (job: UserNotification): Promise<void> => {
    const { tenant, user, attempt } = job;
    const situation = await recipients.situationOf(tenant, user, job);
    if (!situation || !isSoStill(situation)) return;
    await seeToDigest(tenant, situation);
    const { preferences } = situation.person;
    if (isQuiet(preferences.quietHours, clock.now())) return;
    const targets = situation.devices.filter(({ platform }) =>
      platform === 'web' ? preferences.webPush : preferences.push,
    );
    if (targets.length === 0 || !(await pushTo(job, situation, targets))) return;
    const pause = pushPause(attempt, Math.random());
    if (pause === undefined) throw new Error('A push has failed to the last.');
    await together([userQueue.send([{ ...job, attempt: attempt + 1 }], pause * 1_000)]);
  };
};
export type UserNotifying = ReturnType<typeof createUserNotifying>;
