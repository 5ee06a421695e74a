import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import type { Sign, Signs } from '../domain/presence.ts';
import type { HeartbeatStatus } from '../protocol/presence.ts';
import { heartbeatKey, presenceKey } from './keys.ts';
import { longestLifeSeconds, type PresenceFound, presenceFrom } from './presence.ts';
import { getMany, type Item, isConditionFailed, type Table } from './table.ts';

/** A user who may be there, with the signs of life of each connection. */
export interface Look {
  state: PresenceFound;
  signs: Signs;
  /** The one delayed message that looks after them; others with the same task have been overtaken. */
  watch: string | undefined;
}

const attributeOf = (connectionId: string) => `seen:${connectionId}`;

/** An expression takes 4 KB. */
const forgottenAtOnce = 50;

/**
 * The last heartbeat of each connection: one item a user, an attribute each (`seen:<id>`), apart from what the stream's readers follow.
 * It goes by itself when nothing has been heard for longer than any connection lives.
 */
export const createHeartbeats = ({ table, clock }: { table: Table; clock: Clock }) => {
  const goneAt = () => epochSeconds(clock.now()) + longestLifeSeconds;

  return {
    /** One write. @returns the sign before it, if there was one */
    note: async (
      { tenant, user }: Caller,
      connectionId: string,
      status: HeartbeatStatus,
    ): Promise<Sign | undefined> => {
      const { Attributes } = await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: heartbeatKey(tenant, user),
          UpdateExpression: 'SET #seen = :sign, expiresAt = :gone',
          ExpressionAttributeNames: { '#seen': attributeOf(connectionId) },
          ExpressionAttributeValues: { ':sign': { at: clock.now().toISOString(), status }, ':gone': goneAt() },
          ReturnValues: 'UPDATED_OLD',
        }),
      );
      return Attributes?.[attributeOf(connectionId)] as Sign | undefined;
    },

    /** Everything that tells whether somebody is there, as it is now. One round trip. */
    lookAt: async (tenant: string, user: string): Promise<Look> => {
      const [presence, heartbeat] = await getMany(table, [presenceKey(tenant, user), heartbeatKey(tenant, user)], {
        consistent: true,
      });
      return {
        state: presenceFrom(presence, user),
        signs: signsIn(heartbeat),
        watch: heartbeat?.watch as string | undefined,
      };
    },

    /** From now on this message looks after them, and no other. One write. */
    beginWatch: async (tenant: string, user: string, watch: string): Promise<void> => {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: heartbeatKey(tenant, user),
          UpdateExpression: 'SET watch = :watch, expiresAt = :gone',
          ExpressionAttributeValues: { ':watch': watch, ':gone': goneAt() },
        }),
      );
    },

    /** One message hands over to the next, which is queued already; signs of connections that are no more go. One write; does nothing for one that was overtaken. */
    continueWatch: async (tenant: string, { state, signs, watch }: Look, next: string): Promise<void> => {
      const listed = new Set(state.connections.map(({ id }) => id));
      const stale = [...signs.keys()].filter((id) => !listed.has(id)).slice(0, forgottenAtOnce);
      try {
        await table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: heartbeatKey(tenant, state.user),
            UpdateExpression: `SET watch = :next, expiresAt = :gone${stale.length === 0 ? '' : ` REMOVE ${stale.map((_, i) => `#s${i}`).join(', ')}`}`,
            ConditionExpression: 'watch = :watch',
            ...(stale.length === 0
              ? {}
              : { ExpressionAttributeNames: Object.fromEntries(stale.map((id, i) => [`#s${i}`, attributeOf(id)])) }),
            ExpressionAttributeValues: { ':next': next, ':watch': watch, ':gone': goneAt() },
          }),
        );
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    },
  };
};
export type Heartbeats = ReturnType<typeof createHeartbeats>;

/** @param item the user's, if there is one */
export const signsIn = (item: Item | undefined): Signs =>
  new Map(
    Object.entries(item ?? {}).flatMap(([name, value]) =>
      name.startsWith('seen:') ? [[name.slice('seen:'.length), value as Sign] as const] : [],
    ),
  );
