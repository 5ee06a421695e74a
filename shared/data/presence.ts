import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { presenceKey } from './keys.ts';
import { getMany, type Item, isConditionFailed, type Table } from './table.ts';

/** One live connection of a user. */
export interface Connection {
  id: string;
  user: string;
  connectedAt: string;
  /** When it hears no more, in seconds since 1970: its token ends, or it is older than any connection becomes. */
  expiresAt: number;
}

/**
 * All live connections of a user are one item, an attribute each (`conn:<id>`): adding one is a single write whether or not there is
 * an item yet, which a nested map does not allow.
 */
const attributeOf = (connectionId: string) => `conn:${connectionId}`;

/** The gateway ends a connection after two hours; what is older was lost without a `$disconnect`. */
const longestLifeSeconds = 2 * 3600 + 600;

export const createPresence = ({ table, clock }: { table: Table; clock: Clock }) => ({
  /** One write. */
  add: async (caller: Caller, connectionId: string): Promise<void> => {
    const now = clock.now();
    const gone = epochSeconds(now) + longestLifeSeconds;
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: presenceKey(caller.tenant, caller.user),
        UpdateExpression: 'SET #connection = :connection, expiresAt = :gone',
        ExpressionAttributeNames: { '#connection': attributeOf(connectionId) },
        ExpressionAttributeValues: {
          ':connection': { connectedAt: now.toISOString(), expiresAt: Math.min(caller.expiresAt, gone) },
          ':gone': gone,
        },
      }),
    );
  },

  /** One write; safe to repeat. */
  remove: async (tenant: string, user: string, connectionIds: readonly string[]): Promise<void> => {
    try {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: presenceKey(tenant, user),
          UpdateExpression: `REMOVE ${connectionIds.map((_, i) => `#c${i}`).join(', ')}`,
          // Without it, an item that nobody ever removes would be made for somebody who is not there.
          ConditionExpression: 'attribute_exists(PK)',
          ExpressionAttributeNames: Object.fromEntries(connectionIds.map((id, i) => [`#c${i}`, attributeOf(id)])),
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  },

  /** The connections of many users, those included that are over: whoever meets one removes it. One round trip per 100 users, side by side. */
  connectionsOf: async (tenant: string, users: readonly string[]): Promise<Connection[]> => {
    const items = await getMany(
      table,
      users.map((user) => presenceKey(tenant, user)),
    );
    return users.flatMap((user, i) => connectionsIn(items[i], user));
  },
});
export type Presence = ReturnType<typeof createPresence>;

const connectionsIn = (item: Item | undefined, user: string): Connection[] =>
  Object.entries(item ?? {}).flatMap(([name, value]) =>
    name.startsWith('conn:')
      ? [{ id: name.slice('conn:'.length), user, ...(value as { connectedAt: string; expiresAt: number }) }]
      : [],
  );
