import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { presenceKey } from './keys.ts';
import { getMany, type Item, type Table } from './table.ts';

/** One live connection of a user. */
export interface Connection {
  id: string;
  user: string;
  connectedAt: string;
  /** When the token that opened it ends, in seconds since 1970. */
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
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: presenceKey(caller.tenant, caller.user),
        UpdateExpression: 'SET #connection = :connection, expiresAt = :gone',
        ExpressionAttributeNames: { '#connection': attributeOf(connectionId) },
        ExpressionAttributeValues: {
          ':connection': { connectedAt: now.toISOString(), expiresAt: caller.expiresAt },
          ':gone': epochSeconds(now) + longestLifeSeconds,
        },
      }),
    );
  },

  /** One write; safe to repeat. */
  remove: async (tenant: string, user: string, connectionIds: readonly string[]): Promise<void> => {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: presenceKey(tenant, user),
        UpdateExpression: `REMOVE ${connectionIds.map((_, i) => `#c${i}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(connectionIds.map((id, i) => [`#c${i}`, attributeOf(id)])),
      }),
    );
  },

  /** The connections of many users, one round trip per 100 of them, side by side. */
  connectionsOf: async (tenant: string, users: readonly string[]): Promise<Connection[]> => {
    const items = await getMany(
      table,
      users.map((user) => presenceKey(tenant, user)),
    );
    const oldest = clock.now().getTime() - longestLifeSeconds * 1000;
    return users.flatMap((user, i) =>
      connectionsIn(items[i], user).filter((one) => Date.parse(one.connectedAt) > oldest),
    );
  },
});
export type Presence = ReturnType<typeof createPresence>;

const connectionsIn = (item: Item | undefined, user: string): Connection[] =>
  Object.entries(item ?? {}).flatMap(([name, value]) =>
    name.startsWith('conn:')
      ? [{ id: name.slice('conn:'.length), user, ...(value as { connectedAt: string; expiresAt: number }) }]
      : [],
  );
