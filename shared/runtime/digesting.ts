/** Mails one user what is still unread, once for each window. */
import type { Digests } from '../data/digests.ts';
import type { Notices } from '../data/notices.ts';
import type { Profiles } from '../data/profiles.ts';
import type { Person, Recipients } from '../data/recipients.ts';
import type { Unread } from '../data/unread.ts';
import type { Clock } from '../domain/clock.ts';
import { mailOf } from '../domain/digest-mail.ts';
import { digestText, type UnreadConversation } from '../domain/notification-texts.ts';
import { levelOf } from '../domain/notifications.ts';
import { isQuiet } from '../domain/quiet-hours.ts';
import type { OwnConversation } from '../protocol/conversation.ts';
import type { Mailer } from './mailer.ts';
import type { DigestQueue, DigestTask } from './notification-queues.ts';
import { type NotificationSettings, notificationsOf } from './notification-settings.ts';
import { NotYet } from './queue.ts';

interface Deps {
  recipients: Recipients;
  digests: Digests;
  notices: Notices;
  unread: Unread;
  profiles: Profiles;
  /** undefined where the stage sends none. */
  mailer: Mailer | undefined;
  queue: DigestQueue;
  settings: NotificationSettings;
  clock: Clock;
}

/** Quiet hours that end in less are over a little late. */
const lookAgainMs = 900_000;

export const createDigesting = ({
  recipients,
  digests,
  notices,
  unread,
  profiles,
  mailer,
  queue,
  settings,
  clock,
}: Deps) => {
  /** What was said since the last digest, is unread, and they want to be told of. */
  const unreadOf = async (tenant: string, person: Person, sentAt: string | undefined): Promise<OwnConversation[]> => {
    const now = clock.now();
    const some = (await unread.newest(tenant, person.user)).filter(
      ({ lastMessage, mutedUntil, archivedAt }) =>
        lastMessage !== null &&
        (sentAt === undefined || lastMessage.createdAt > sentAt) &&
        archivedAt === null &&
        (mutedUntil === null || new Date(mutedUntil) <= now),
    );
    const members = await recipients.levelsIn(
      tenant,
      person.user,
      some.map(({ id }) => id),
    );
    return some.filter((conversation, i) => {
      const level = levelOf(conversation, members[i] ?? {}, person.usual);
      return level === 'all' || (level === 'mentions' && conversation.mentionCount > 0);
    });
  };

  const named = async (
    tenant: string,
    user: string,
    conversations: readonly OwnConversation[],
  ): Promise<UnreadConversation[]> => {
    const others = (one: OwnConversation) => one.memberIds?.find((id) => id !== user);
    const ids = conversations.flatMap((one) =>
      [one.lastMessage?.senderId, others(one)].filter((id) => id !== undefined),
    );
    const names = new Map((await profiles.publicOf(tenant, ids)).map(({ id, displayName }) => [id, displayName]));
    return conversations.flatMap((one) => {
      const { id, title, type, unreadCount, lastMessage } = one;
      if (lastMessage === null) return [];
      const isDirect = type === 'direct';
      return {
        conversationId: id,
        isDirect,
        title: isDirect ? (names.get(others(one) ?? '') ?? null) : title,
        unreadCount,
        newest: lastMessage,
        senderName: names.get(lastMessage.senderId) ?? null,
      };
    });
  };

  return async (task: DigestTask): Promise<void> => {
    const { tenant, user, window } = task;
    const found = await digests.find(tenant, user);
    if (found.window !== window) return;
    const [person] = await recipients.peopleOf(tenant, [user]);
    const now = clock.now();
    const close = (sentAt?: string) => digests.close(tenant, user, window, sentAt);
    if (!person?.email || !person.preferences.email || !mailer) return close();
    const waitMs = Date.parse(found.dueAt ?? '') - now.getTime();
    if (waitMs > 0) return queue.send([task], waitMs);
    if (isQuiet(person.preferences.quietHours, now)) return queue.send([task], lookAgainMs);

    const conversations = await unreadOf(tenant, person, found.sentAt);
    if (conversations.length === 0) return close();
    const notice = `digest.${window}`;
    const before = await notices.begin(tenant, user, notice);
    if (before === 'busy') throw new NotYet('It is being sent.');
    if (before !== 'done') {
      const locale = { locale: person.locale };
      const text = digestText(await named(tenant, user, conversations), {
        ...notificationsOf(settings, tenant),
        ...locale,
      });
      const email = await mailer.send(person.email, mailOf(text)).catch(async (error: unknown) => {
        await notices.end(tenant, user, notice, {}, false);
        throw error;
      });
      await notices.end(tenant, user, notice, { email }, true);
    }
    await close(now.toISOString());
  };
};
export type Digesting = ReturnType<typeof createDigesting>;
