import { describe, expect, it } from 'vitest';
import { liveFeedOf, mostShards, shardOf, shardsOf } from '../../../shared/domain/large-rooms.ts';

const limits = { largeRoomAbove: 256, shardSize: 1_000 };
const small = { live: 'all', shards: 0 } as const;
const large = { live: 'subscribed', shards: 1 } as const;
const users = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);

describe('a conversation', () => {
  it('is a large room above the limit', () => {
    expect(liveFeedOf(small, 256, limits)).toEqual(small);
    expect(liveFeedOf(small, 257, limits)).toEqual(large);
  });

  it('stays one until a tenth fewer are left, so that one who comes and goes does not turn it over', () => {
    expect(liveFeedOf(large, 256, limits)).toEqual(large);
    expect(liveFeedOf(large, 231, limits)).toEqual(large);
    expect(liveFeedOf(large, 230, limits)).toEqual({ live: 'all', shards: 1 });
  });

  it.each([
    [257, 1],
    [1_000, 1],
    [1_001, 2],
    [20_000, 32],
    [100_000, 128],
    [10_000_000, mostShards],
  ])('of %i members has %i shards', (memberCount, shards) => {
    expect(liveFeedOf(small, memberCount, limits)).toEqual({ live: 'subscribed', shards });
  });

  it('never has fewer shards than it had: there may be subscriptions in all of them', () => {
    const grown = liveFeedOf(small, 5_000, limits);
    expect(grown.shards).toBe(8);
    expect(liveFeedOf(grown, 300, limits).shards).toBe(8);
    expect(liveFeedOf(liveFeedOf(grown, 3, limits), 300, limits).shards).toBe(8);
  });
});

describe('the shard of a user', () => {
  it('is one of the room’s, and the same each time', () => {
    for (const user of users.slice(0, 100)) {
      expect(shardOf(user, 32)).toBe(shardOf(user, 32));
      expect(shardOf(user, 32)).toBeLessThan(32);
      expect(shardOf(user, 1)).toBe(0);
    }
  });

  it('is among those where they may have subscribed before the room grew', () => {
    for (const user of users.slice(0, 100)) {
      const earlier = [1, 2, 4, 8, 16, 32, 64, 128].map((shards) => shardOf(user, shards));
      expect(shardsOf(user, 128)).toEqual([...new Set(earlier)]);
      expect(shardsOf(user, 1)).toEqual([0]);
      expect(shardsOf(user, 0)).toEqual([]);
    }
  });

  it('spreads users evenly', () => {
    const counts = Object.values(Object.groupBy(users, (user) => shardOf(user, 16))).map((some) => some?.length ?? 0);
    expect(counts).toHaveLength(16);
    for (const count of counts) expect(Math.abs(count - 625)).toBeLessThan(125);
  });
});
