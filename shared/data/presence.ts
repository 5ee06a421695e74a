import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { deletedUser } from '../domain/permissions.ts';
import { presenceKey } from './keys.ts';
import { despiteTransactions, getMany, type Item, isConditionFailed, type Table, type Write } from './table.ts';

/** One live connection of a user. */
export interface Connection {
  id: string;
  user: string;
  connectedAt: string;
  /** When it hears no more, in seconds since 1970: its token ends, or it is older than any connection becomes. */
  expiresAt: number;
  /** Its user has read receipts off: it hears nothing of what others have received and read. */
  receiptsOff?: true;
}

/**
 * All live connections of a user are one item, an attribute each (`conn:<id>`): adding one is a single write whether or not there is
 * an item yet, which a nested map does not allow.
 */
const attributeOf = (connectionId: string) => `conn:${connectionId}`;

/** The gateway ends a connection after two hours; what is older was lost without a `$disconnect`. */
export const longestLifeSeconds = 2 * 3600 + 600;

/** An expression takes 4 KB; a user who lost a whole fleet of connections at once has more of them than that holds. */
const removedAtOnce = 100;

export const createPresence = ({ table, clock }: { table: Table; clock: Clock }) => ({
  /** One write. @throws Problem `forbidden` for a deleted user */
  add: async (caller: Caller, connectionId: string): Promise<void> => {
    const now = clock.now();
    const gone = epochSeconds(now) + longestLifeSeconds;
    const write = new UpdateCommand({
      TableName: table.name,
      Key: presenceKey(caller.tenant, caller.user),
      UpdateExpression: 'SET #connection = :connection',
      ConditionExpression: 'attribute_not_exists(shutAt)',
      ExpressionAttributeNames: { '#connection': attributeOf(connectionId) },
      ExpressionAttributeValues: {
        ':connection': { connectedAt: now.toISOString(), expiresAt: Math.min(caller.expiresAt, gone) },
      },
    });
    try {
      await despiteTransactions(() => table.client.send(write));
    } catch (error) {
      throw isConditionFailed(error) ? deletedUser() : error;
    }
  },

  /** One write per 100 connections, side by side; safe to repeat. */
  remove: async (tenant: string, user: string, connectionIds: readonly string[]): Promise<void> => {
    await Promise.all(chunksOf(connectionIds, removedAtOnce).map((some) => removeSome(table, tenant, user, some)));
  },

  /** The connections of many users, those included that are over: whoever meets one removes it. One round trip per 100 users, side by side. */
  connectionsOf: async (tenant: string, users: readonly string[]): Promise<Connection[]> => {
    const items = await getMany(
      table,
      users.map((user) => presenceKey(tenant, user)),
    );
    return users.flatMap((user, i) => (items[i]?.shutAt ? [] : connectionsIn(items[i], user)));
  },

  /** Whether it is known of still: one that ended with a `$disconnect` is not, nor is that of a deleted user. */
  isListed: async (tenant: string, { user, id }: Pick<Connection, 'user' | 'id'>): Promise<boolean> => {
    const [item] = await getMany(table, [presenceKey(tenant, user)], { consistent: true });
    return item?.[attributeOf(id)] !== undefined && !item.shutAt;
  },

  /** What a deleted user left open. */
  leftOpen: async (tenant: string, user: string): Promise<Connection[]> => {
    const [item] = await getMany(table, [presenceKey(tenant, user)], { consistent: true });
    return item?.shutAt ? connectionsIn(item, user) : [];
  },
});
export type Presence = ReturnType<typeof createPresence>;

const removeSome = async (table: Table, tenant: string, user: string, connectionIds: readonly string[]) => {
  const write = new UpdateCommand({
    TableName: table.name,
    Key: presenceKey(tenant, user),
    UpdateExpression: `REMOVE ${connectionIds.map((_, i) => `#c${i}`).join(', ')}`,
    // Without it, an item that nobody ever removes would be made for somebody who is not there.
    ConditionExpression: 'attribute_exists(PK)',
    ExpressionAttributeNames: Object.fromEntries(connectionIds.map((id, i) => [`#c${i}`, attributeOf(id)])),
  });
  try {
    await despiteTransactions(() => table.client.send(write));
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
};

const chunksOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

const connectionsIn = (item: Item | undefined, user: string): Connection[] =>
  Object.entries(item ?? {}).flatMap(([name, value]) =>
    name.startsWith('conn:')
      ? [
          {
            id: name.slice('conn:'.length),
            user,
            ...(value as { connectedAt: string; expiresAt: number }),
            ...(item?.receiptsOff === true && { receiptsOff: true as const }),
          },
        ]
      : [],
  );

/** Of a deleted user: no connection opens any more, and those that are open hear nothing. The mark outlives all of them. */
export const shut = (table: Table, tenant: string, user: string, now: Date): Write => ({
  Update: {
    TableName: table.name,
    Key: presenceKey(tenant, user),
    UpdateExpression: 'SET shutAt = if_not_exists(shutAt, :now) REMOVE receiptsOff',
    ExpressionAttributeValues: { ':now': now.toISOString() },
  },
});

export const reopened = (table: Table, tenant: string, user: string): Write => ({
  Update: {
    TableName: table.name,
    Key: presenceKey(tenant, user),
    UpdateExpression: 'REMOVE shutAt',
  },
});

/** Whoever posts looks here, so the preference is written here too, together with the profile that holds it. */
export const receiptsSwitched = (table: Table, tenant: string, user: string, on: boolean): Write => ({
  Update: {
    TableName: table.name,
    Key: presenceKey(tenant, user),
    ...(on
      ? { UpdateExpression: 'REMOVE receiptsOff' }
      : { UpdateExpression: 'SET receiptsOff = :true', ExpressionAttributeValues: { ':true': true } }),
  },
});
