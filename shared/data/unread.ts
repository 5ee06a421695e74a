import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { unreadTotalsOf } from '../domain/own-state.ts';
import { deletedUser } from '../domain/permissions.ts';
import type { OwnConversation } from '../protocol/conversation.ts';
import type { UnreadTotals } from '../protocol/own-state.ts';
import { rowOf } from './inbox.ts';
import { isDeletedProfile } from './items.ts';
import { conversationKey, inboxIndex, inboxPartition, profileKey } from './keys.ts';
import { getMany, type Item, queryAll, type Table } from './table.ts';

/** As many METAs as are read side by side in one round trip. */
const mostConversations = 1_000;

/** Behind a badge or a digest: what somebody was told of most recently. */
const newestConversations = 50;

export const createUnread = ({ table, clock }: { table: Table; clock: Clock }) => {
  const listed = (tenant: string, user: string, limit: number) =>
    queryAll(
      table,
      {
        IndexName: inboxIndex,
        KeyConditionExpression: 'GSI1PK = :user',
        ExpressionAttributeValues: { ':user': inboxPartition(tenant, user) },
        ScanIndexForward: false,
      },
      limit,
    );

  const shown = async (tenant: string, entries: readonly Item[]): Promise<OwnConversation[]> => {
    const states = await getMany(
      table,
      entries.map((entry) => conversationKey(tenant, String(entry.conversationId))),
    );
    const now = clock.now();
    return entries.flatMap((entry, i) => rowOf(entry, states[i], now)?.own ?? []);
  };

  return {
    /** Two round trips: the index, then what it lists. @throws Problem `forbidden` to a deleted user */
    totals: async ({ tenant, user }: Caller): Promise<UnreadTotals> => {
      const [entries, [profile]] = await Promise.all([
        listed(tenant, user, mostConversations + 1),
        getMany(table, [profileKey(tenant, user)]),
      ]);
      if (isDeletedProfile(profile)) throw deletedUser();
      const conversations = await shown(tenant, entries.slice(0, mostConversations));
      return { ...unreadTotalsOf(conversations, clock.now()), isComplete: entries.length <= mostConversations };
    },

    /** Of the 50 conversations with the newest activity, pinned ones first, those with something unread. Two round trips. */
    newest: async (tenant: string, user: string): Promise<OwnConversation[]> =>
      (await shown(tenant, await listed(tenant, user, newestConversations))).filter(
        ({ unreadCount }) => unreadCount > 0,
      ),
  };
};
export type Unread = ReturnType<typeof createUnread>;
