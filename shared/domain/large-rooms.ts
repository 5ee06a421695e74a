/**
 * Large rooms: conversations in which only those connections that subscribe hear what happens live. Their subscriptions are spread
 * over numbered shards, which are told side by side.
 */
import { createHash } from 'node:crypto';
import type { Live } from '../protocol/conversation.ts';

/** How a conversation is told live. */
export interface LiveFeed {
  live: Live;
  /** Shards in which there may be subscriptions: a power of two that only grows; 0 where there never were any. */
  shards: number;
}

/** For a hundred thousand members, a thousand to a shard. */
export const mostShards = 128;

/** A room that shrinks stays large a little longer, so that one who comes and goes does not turn it over each time. */
const shrunk = 0.9;

/** @param limits `largeRoomAbove` and `shardSize` in members */
export const liveFeedOf = (
  { live, shards }: LiveFeed,
  memberCount: number,
  { largeRoomAbove, shardSize }: { largeRoomAbove: number; shardSize: number },
): LiveFeed => {
  const staysLarge = live === 'subscribed' && memberCount > largeRoomAbove * shrunk;
  if (memberCount <= largeRoomAbove && !staysLarge) return { live: 'all', shards };
  return { live: 'subscribed', shards: Math.max(shards, powerOfTwoFrom(memberCount / shardSize)) };
};

const powerOfTwoFrom = (least: number): number => Math.min(mostShards, 2 ** Math.ceil(Math.log2(Math.max(1, least))));

/** The shard of a user's subscriptions: all of one user's are in the same, so that they can be found without knowing their connections. */
export const shardOf = (user: string, shards: number): number =>
  createHash('sha256').update(user).digest().readUInt32BE() % shards;

/** Every shard in which a user may have subscribed since the room had one shard: it has only ever doubled. */
export const shardsOf = (user: string, shards: number): number[] => {
  const found = new Set<number>();
  for (let count = 1; count <= shards; count *= 2) found.add(shardOf(user, count));
  return [...found];
};
