import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { activityBucket, ownView } from '../domain/conversation.ts';
import type { InboxPlace } from '../domain/own-state.ts';
import type { OwnConversation } from '../protocol/conversation.ts';
import { timestamp } from '../protocol/identifiers.ts';
import type { SyncRequest } from '../protocol/sync-request.ts';
import { cursorOf, positionIn } from './cursors.ts';
import { conversationFrom, memberFrom } from './items.ts';
import { conversationKey, inboxHour, inboxIndex, inboxPartition, inboxStretches, memberKey } from './keys.ts';
import { getMany, type Table } from './table.ts';

/** The index may show a membership a moment late, and the clocks of two instances differ: what was found before is looked at again. */
const overlapMs = 300_000;

/** Entries of the index that are looked at, and conversations that are shown of them. */
const atOnce = { entries: 200, shown: 50 };

/** In the order of the index: whoever joined may have put it elsewhere meanwhile. */
const lists = ['archived', 'usual', 'pinned'] as const satisfies InboxPlace[];

const progress = z.object({
  joinedFrom: timestamp,
  /** Where the index is entered: after this. */
  after: z.string().regex(/^(P#|!)?[0-9T:-]{13}(#[dg]-[A-Za-z0-9_-]{22})?$/),
});
type Progress = z.infer<typeof progress>;

interface Entry {
  conversationId: string;
  /** Its place in the index. */
  place: string;
}

/** The memberships that began after a moment, found or still to be found. */
export interface Joining {
  start: Progress;
  entries: Entry[];
  /** Where the index goes on behind them; null at its end. */
  next: string | null;
}

const scopeOf = ({ tenant, user }: Caller) => `joined:${inboxPartition(tenant, user)}`;

export const createJoined = ({ table, clock }: { table: Table; clock: Clock }) => {
  const startOf = (caller: Caller, { since, cursor }: SyncRequest): Progress | undefined => {
    if (cursor !== undefined) return positionIn(cursor, scopeOf(caller), progress);
    if (since === undefined) return undefined;
    const from = Math.min(Date.parse(since), clock.now().getTime()) - overlapMs;
    const joinedFrom = new Date(Math.max(0, from)).toISOString();
    return { joinedFrom, after: inboxHour(activityBucket(joinedFrom), 'archived') };
  };

  /** One list of the index from that hour on, or from where it is entered. */
  const stretchOf = async (caller: Caller, { joinedFrom, after }: Progress, place: InboxPlace) => {
    const [hour, { high }] = [inboxHour(activityBucket(joinedFrom), place), inboxStretches[place]];
    const low = after > hour ? after : hour;
    if (low > high) return { items: [], isCut: false };
    const { Items = [], LastEvaluatedKey } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: inboxIndex,
        KeyConditionExpression: 'GSI1PK = :user AND GSI1SK BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':user': inboxPartition(caller.tenant, caller.user), ':low': low, ':high': high },
        Limit: atOnce.entries,
      }),
    );
    return { items: Items.filter(({ GSI1SK }) => GSI1SK !== after), isCut: LastEvaluatedKey !== undefined };
  };

  return {
    /**
     * What somebody joined since, by the hour of its newest activity: whoever joins is listed in that hour or a later one. It costs
     * what has been active since, and is undefined where nobody asks. One round trip.
     */
    since: async (caller: Caller, request: SyncRequest): Promise<Joining | undefined> => {
      const start = startOf(caller, request);
      if (!start) return undefined;
      const stretches = await Promise.all(lists.map((place) => stretchOf(caller, start, place)));
      // Where one is cut, the next page goes on in it.
      const cutAt = stretches.findIndex(({ isCut }) => isCut);
      const items = stretches.slice(0, cutAt < 0 ? undefined : cutAt + 1).flatMap((one) => one.items);
      const named = new Set(request.conversations.map(({ conversationId }) => conversationId));
      const found = items
        .filter((item) => String(item.joinedAt) >= start.joinedFrom)
        .map((item) => ({ conversationId: String(item.conversationId), place: String(item.GSI1SK) }))
        .filter(({ conversationId }) => !named.has(conversationId));
      const entries = found.slice(0, atOnce.shown);
      const isCut = entries.length < found.length;
      const last = isCut ? entries.at(-1)?.place : cutAt >= 0 ? String(items.at(-1)?.GSI1SK) : undefined;
      return { start, entries, next: last ?? null };
    },

    /** As they are now, without what is not theirs any more. One round trip. */
    shown: async ({ tenant, user }: Caller, entries: readonly Entry[]): Promise<OwnConversation[]> => {
      const items = await getMany(
        table,
        entries.flatMap(({ conversationId: id }) => [conversationKey(tenant, id), memberKey(tenant, id, user)]),
        { consistent: true },
      );
      const now = clock.now();
      return entries.flatMap((_, i) => {
        const [meta, membership] = items.slice(2 * i, 2 * i + 2);
        const state = meta && conversationFrom(meta);
        return state && !state.deletedAt && membership ? [ownView(state, memberFrom(membership), now)] : [];
      });
    },
  };
};

/** Goes on at the first conversation that found no room, or where the index goes on; null at its end. */
export const joinedCursor = (
  caller: Caller,
  { start, entries, next }: Joining,
  leftOut: string | undefined,
): string | null => {
  const at = entries.findIndex(({ conversationId }) => conversationId === leftOut);
  const after = at < 0 ? next : (entries[at - 1]?.place ?? start.after);
  return after === null ? null : cursorOf(scopeOf(caller), { ...start, after });
};
