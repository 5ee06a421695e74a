import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import type { ConversationState } from '../domain/conversation.ts';
import { shardOf, shardsOf } from '../domain/large-rooms.ts';
import { deletedUser, requirePermission } from '../domain/permissions.ts';
import type { Live } from '../protocol/conversation.ts';
import { Problem } from '../protocol/errors.ts';
import { freshly } from './changes.ts';
import { conversationFrom, isDeletedProfile, memberFrom } from './items.ts';
import {
  conversationKey,
  type Key,
  memberKey,
  profileKey,
  shardPartition,
  subscriptionKey,
  subscriptionPrefix,
} from './keys.ts';
import type { Place } from './places.ts';
import { type Connection, longestLifeSeconds } from './presence.ts';
import { getMany, type Item, isConditionFailed, queryAll, type Table, writeTogether } from './table.ts';

/** From where on a connection hears a conversation: it is told of whatever is numbered above. */
interface Subscribed {
  live: Live;
  seq: number;
  rev: number;
  /** When it ends by itself; null where all members hear anyway. */
  expiresAt: string | null;
}

interface Entered {
  conversation: ConversationState;
  /** Where the subscription is, and until when. */
  stands?: { shard: number; expiresAt: number };
}

const atOnce = 50;

/** Whoever sends a frame is open: there is no moment left in which the gateway does not know the connection. */
const longOpen = new Date(0).toISOString();

/**
 * Which connections hear a large room live: an item each, in one of the room's shards, for as long as the connection may last. It is
 * written only while its user is a member, so that a removal, which can only come later, finds it.
 */
export const createSubscriptions = ({ table, clock }: { table: Table; clock: Clock }) => {
  const removeAt = async (Key: Key): Promise<void> => {
    await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
  };

  /** One that was made since the user came back stays. */
  const removeBefore = async ({ PK, SK }: Item, rev: number): Promise<void> => {
    try {
      await table.client.send(
        new DeleteCommand({
          TableName: table.name,
          Key: { PK, SK },
          ConditionExpression: 'memberRev < :rev',
          ExpressionAttributeValues: { ':rev': rev },
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  };

  /** Subscribes in the shard that is the user's by now; does nothing where all members hear anyway. */
  const enter = (caller: Caller, id: string, connectionId: string): Promise<Entered> =>
    writeTogether<Entered>(table, async () => {
      const { tenant, user } = caller;
      const membership = memberKey(tenant, id, user);
      const found = await freshly(table, caller, id, [membership, profileKey(tenant, user)]);
      const { conversation, standings } = found;
      const [item, profile] = found.items;
      if (isDeletedProfile(profile)) throw deletedUser();
      requirePermission(standings, 'conversation.subscribe');
      if (!item || conversation.live === 'all') return { writes: [], result: { conversation } };
      const shard = shardOf(user, conversation.shards);
      const { rev, joinedSeq } = memberFrom(item);
      const expiresAt = Math.min(caller.expiresAt, epochSeconds(clock.now()) + longestLifeSeconds);
      const place = subscriptionKey(tenant, id, shard, user, connectionId);
      return {
        writes: [
          {
            ConditionCheck: {
              TableName: table.name,
              Key: membership,
              ConditionExpression: '#rev = :rev',
              ExpressionAttributeNames: { '#rev': 'rev' },
              ExpressionAttributeValues: { ':rev': rev },
            },
          },
          {
            Put: {
              TableName: table.name,
              Item: { ...place, user, connectionId, memberRev: rev, joinedSeq, expiresAt },
            },
          },
        ],
        result: { conversation, stands: { shard, expiresAt } },
      };
    });

  return {
    /**
     * The caller's connection hears the conversation live from now on. Safe to repeat. Three round trips.
     * @throws Problem `forbidden` to whom may look, but is no member
     */
    add: async (caller: Caller, conversationId: string): Promise<Subscribed> => {
      const connectionId = connectionOf(caller);
      const { tenant, user } = caller;
      const { conversation, stands } = await enter(caller, conversationId, connectionId);
      if (!stands) return { live: conversation.live, seq: conversation.seq, rev: conversation.rev, expiresAt: null };
      const earlier = shardsOf(user, conversation.shards).filter((shard) => shard !== stands.shard);
      const [[now]] = await Promise.all([
        // What is numbered from here on is stored after the subscription.
        getMany(table, [conversationKey(tenant, conversationId)], { consistent: true }),
        // Subscribed before the room grew, it would hear everything twice.
        ...earlier.map((shard) => removeAt(subscriptionKey(tenant, conversationId, shard, user, connectionId))),
      ]);
      if (!now) throw new Problem('not_found');
      const { live, seq, rev } = conversationFrom(now);
      return { live, seq, rev, expiresAt: new Date(stands.expiresAt * 1000).toISOString() };
    },

    /** Safe to repeat, and for whoever never subscribed. */
    remove: async ({ caller, conversation: { id, shards } }: Place): Promise<void> => {
      const connectionId = connectionOf(caller);
      const { tenant, user } = caller;
      await Promise.all(
        shardsOf(user, shards).map((shard) => removeAt(subscriptionKey(tenant, id, shard, user, connectionId))),
      );
    },

    /**
     * Whoever was removed by the change `rev` hears no more, on any of their connections. Safe to repeat, and late: who came back and
     * subscribed anew stays.
     */
    revoke: async (
      tenant: string,
      conversationId: string,
      { user, rev, shards }: { user: string; rev: number; shards: number },
    ): Promise<void> => {
      await Promise.all(
        shardsOf(user, shards).map(async (shard) => {
          const found = await queryAll(table, {
            KeyConditionExpression: 'PK = :pk AND begins_with(SK, :user)',
            ExpressionAttributeValues: {
              ':pk': shardPartition(tenant, conversationId, shard),
              ':user': subscriptionPrefix(user),
            },
            ConsistentRead: true,
          });
          await pMap(found, (item) => removeBefore(item, rev), { concurrency: atOnce });
        }),
      );
    },

    /** The connections of one shard, those included that are over: whoever meets one takes it out. */
    inShard: async (tenant: string, conversationId: string, shard: number): Promise<Connection[]> => {
      const items = await queryAll(table, {
        KeyConditionExpression: 'PK = :pk',
        ExpressionAttributeValues: { ':pk': shardPartition(tenant, conversationId, shard) },
        // Whoever was told from where on they hear does hear it.
        ConsistentRead: true,
      });
      return items.map(({ user, connectionId, joinedSeq, expiresAt }) => ({
        id: String(connectionId),
        user: String(user),
        connectedAt: longOpen,
        expiresAt: Number(expiresAt),
        joinedSeq: Number(joinedSeq),
      }));
    },

    /** Takes connections out of a shard. Safe to repeat. */
    removeFromShard: async (
      tenant: string,
      conversationId: string,
      shard: number,
      over: readonly Connection[],
    ): Promise<void> => {
      await pMap(over, ({ id, user }) => removeAt(subscriptionKey(tenant, conversationId, shard, user, id)), {
        concurrency: atOnce,
      });
    },
  };
};
export type Subscriptions = ReturnType<typeof createSubscriptions>;

/** Over HTTP there is none to subscribe. */
const connectionOf = ({ connectionId }: Caller): string => {
  if (connectionId === undefined) throw new Error('Only a connection subscribes.');
  return connectionId;
};
