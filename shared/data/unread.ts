import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { unreadTotalsOf } from '../domain/own-state.ts';
import { deletedUser } from '../domain/permissions.ts';
import type { UnreadTotals } from '../protocol/own-state.ts';
import { rowOf } from './inbox.ts';
import { isDeletedProfile } from './items.ts';
import { conversationKey, inboxIndex, inboxPartition, profileKey } from './keys.ts';
import { getMany, queryAll, type Table } from './table.ts';

/** As many METAs as are read side by side in one round trip. */
const mostConversations = 1_000;

export const createUnread = ({ table, clock }: { table: Table; clock: Clock }) => ({
  /** Two round trips: the index, then what it lists. @throws Problem `forbidden` to a deleted user */
  totals: async ({ tenant, user }: Caller): Promise<UnreadTotals> => {
    const [entries, [profile]] = await Promise.all([
      queryAll(
        table,
        {
          IndexName: inboxIndex,
          KeyConditionExpression: 'GSI1PK = :user',
          ExpressionAttributeValues: { ':user': inboxPartition(tenant, user) },
          ScanIndexForward: false,
        },
        mostConversations + 1,
      ),
      getMany(table, [profileKey(tenant, user)]),
    ]);
    if (isDeletedProfile(profile)) throw deletedUser();
    const counted = entries.slice(0, mostConversations);
    const states = await getMany(
      table,
      counted.map((entry) => conversationKey(tenant, String(entry.conversationId))),
    );
    const now = clock.now();
    const conversations = counted.flatMap((entry, i) => rowOf(entry, states[i], now)?.own ?? []);
    return { ...unreadTotalsOf(conversations, now), isComplete: entries.length <= mostConversations };
  },
});
export type Unread = ReturnType<typeof createUnread>;
