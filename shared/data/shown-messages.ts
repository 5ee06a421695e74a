/** Messages with what stands beside them in items of their own: read along with them or side by side, never one by one. */
import type { Caller } from '../domain/caller.ts';
import { emojiOf, noReactions, type ReactionsState, summaryOf } from '../domain/reactions.ts';
import type { Message, ShownMessage } from '../protocol/message.ts';
import type { OwnThreadSummary } from '../protocol/thread.ts';
import { reactionsFrom, threadFrom } from './items.ts';
import { conversationKey, type Key, parseKey, reactionsKey, threadKey, threadReadKey } from './keys.ts';
import type { Place } from './places.ts';
import type { Quotes } from './quotes.ts';
import { getMany, type Item, queryAll, type Table } from './table.ts';
import type { Threads } from './threads.ts';

/** What stands beside messages, by their numbers. */
export interface Beside {
  reactions: ReadonlyMap<number, ReactionsState>;
  threads: ReadonlyMap<number, OwnThreadSummary>;
}

interface Deps {
  table: Table;
  quotes: Quotes;
  threads: Threads;
}

/** What to read along with one message, for one who reads it. */
export const besideKeys = (
  { tenant, user }: Pick<Caller, 'tenant' | 'user'>,
  conversationId: string,
  seq: number,
): Key[] => [
  reactionsKey(tenant, conversationId, seq),
  threadKey(tenant, conversationId, seq),
  threadReadKey(tenant, conversationId, user, seq),
];

/** From items of one conversation, in any order; of how far threads are read, one reader's. */
export const besideOf = (items: readonly (Item | undefined)[]): Beside => {
  const reactions = new Map<number, ReactionsState>();
  const summaries = new Map<number, Item>();
  const reads = new Map<number, number>();
  for (const item of items) {
    const key = item && parseKey(item as unknown as Key);
    if (key?.kind === 'reactions') reactions.set(key.seq, reactionsFrom(item));
    if (key?.kind === 'thread') summaries.set(key.rootSeq, item as Item);
    if (key?.kind === 'threadRead') reads.set(key.rootSeq, Number(item?.lastReadSeq));
  }
  const threads = new Map(
    [...summaries].map(([seq, item]) => [seq, { ...threadFrom(item), lastReadSeq: reads.get(seq) ?? 0 }]),
  );
  return { reactions, threads };
};

/** The message as one user sees it. A tombstone keeps its thread, and shows no reactions. */
export const shown = (message: Message, user: string, { reactions, threads }: Beside): ShownMessage => {
  const state = reactions.get(message.seq) ?? noReactions;
  const seen = message.status === 'sent' ? state : noReactions;
  return {
    ...message,
    reactions: summaryOf(seen),
    reactionsVersion: state.version,
    myReactions: emojiOf(seen, user),
    thread: threads.get(message.seq) ?? null,
  };
};

/** The reactions to the messages between two numbers, both included. One round trip, but for more than one answer holds. */
export const reactionsBetween = async (
  table: Table,
  tenant: string,
  conversationId: string,
  [low, high]: readonly [number, number],
): Promise<Beside['reactions']> => {
  const items = await queryAll(table, {
    KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
    ExpressionAttributeValues: {
      ':pk': conversationKey(tenant, conversationId).PK,
      ':low': reactionsKey(tenant, conversationId, low).SK,
      ':high': reactionsKey(tenant, conversationId, high).SK,
    },
    // People react to what is old as well, unlike what is said in it, which has settled.
    ConsistentRead: true,
  });
  return besideOf(items).reactions;
};

/** Numbers that stand so much farther apart are read one by one: what lies between them is not shown. */
const spread = 4;

export const createShownMessages = ({ table, quotes, threads }: Deps) => {
  const reactionsTo = async (
    { caller: { tenant }, conversation: { id, reactedSeq } }: Place,
    messages: readonly Message[],
  ): Promise<Beside['reactions']> => {
    const seqs = messages.map(({ seq }) => seq);
    const [low, high] = [Math.min(...seqs), Math.max(...seqs)];
    // Nobody has reacted to any of them, or there is none.
    if (reactedSeq < low) return new Map();
    if (high - low < spread * seqs.length) return reactionsBetween(table, tenant, id, [low, high]);
    const keys = seqs.map((seq) => reactionsKey(tenant, id, seq));
    return besideOf(await getMany(table, keys, { consistent: true })).reactions;
  };

  return {
    /** The messages of one page as the caller sees them, in their order: with what depends on other items. One round trip. */
    show: async (place: Place, messages: readonly Message[]): Promise<ShownMessage[]> => {
      const { tenant, user } = place.caller;
      const [resolved, reactions, summaries] = await Promise.all([
        quotes.resolve(tenant, messages, () => place),
        reactionsTo(place, messages),
        threads.summariesOf(place, messages),
      ]);
      return resolved.map((message) => shown(message, user, { reactions, threads: summaries }));
    },
  };
};
export type ShownMessages = ReturnType<typeof createShownMessages>;
