import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { deletedUser } from '../domain/permissions.ts';
import type { PresenceState } from '../domain/presence.ts';
import type { PresencePrivacy, PresenceStatus } from '../protocol/presence.ts';
import type { Preferences } from '../protocol/user.ts';
import { blockedIn } from './blocks.ts';
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
  /** Where it subscribed to a large room: the newest number when its user joined that. */
  joinedSeq?: number;
}

/** What is known of a user who may be there, connections included. */
export interface PresenceFound extends PresenceState {
  connections: Connection[];
}

/**
 * All live connections of a user are one item, an attribute each (`conn:<id>`): adding one is a single write whether or not there is
 * an item yet, which a nested map does not allow. The item stays: it holds what others were last told, and whom the user has blocked.
 */
const attributeOf = (connectionId: string) => `conn:${connectionId}`;

/** The gateway ends a connection after two hours; what is older was lost without a `$disconnect`. */
export const longestLifeSeconds = 2 * 3600 + 600;

/** An expression takes 4 KB; a user who lost a whole fleet of connections at once has more of them than that holds. */
const removedAtOnce = 100;

export const createPresence = ({ table, clock }: { table: Table; clock: Clock }) => {
  /** @returns whether the condition held */
  const update = async (
    tenant: string,
    user: string,
    change: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
  ): Promise<boolean> => {
    const write = new UpdateCommand({ TableName: table.name, Key: presenceKey(tenant, user), ...change });
    try {
      await despiteTransactions(() => table.client.send(write));
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  };

  /** @param leftAt when somebody is known to have been there still */
  const removeSome = (tenant: string, user: string, connectionIds: readonly string[], leftAt?: string) =>
    update(tenant, user, {
      UpdateExpression: `SET changedAt = :now${leftAt === undefined ? '' : ', leftAt = :left'} REMOVE ${connectionIds.map((_, i) => `#c${i}`).join(', ')}`,
      // Without it, an item that nobody ever removes would be made for somebody who is not there.
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeNames: Object.fromEntries(connectionIds.map((id, i) => [`#c${i}`, attributeOf(id)])),
      ExpressionAttributeValues: {
        ':now': clock.now().toISOString(),
        ...(leftAt === undefined ? {} : { ':left': leftAt }),
      },
    });

  return {
    /** One write. @throws Problem `forbidden` for a deleted user */
    add: async (caller: Caller, connectionId: string): Promise<void> => {
      const now = clock.now();
      const gone = epochSeconds(now) + longestLifeSeconds;
      const isIn = await update(caller.tenant, caller.user, {
        UpdateExpression: 'SET #connection = :connection, cameAt = :now, changedAt = :now',
        ConditionExpression: 'attribute_not_exists(shutAt)',
        ExpressionAttributeNames: { '#connection': attributeOf(connectionId) },
        ExpressionAttributeValues: {
          ':connection': { connectedAt: now.toISOString(), expiresAt: Math.min(caller.expiresAt, gone) },
          ':now': now.toISOString(),
        },
      });
      if (!isIn) throw deletedUser();
    },

    /** A connection ended with a `$disconnect`. One write; safe to repeat. */
    leave: async ({ tenant, user }: Caller, connectionId: string): Promise<void> => {
      await removeSome(tenant, user, [connectionId], clock.now().toISOString());
    },

    /** Takes connections that are over off the list. One write per 100, side by side; safe to repeat. */
    remove: async (tenant: string, user: string, connectionIds: readonly string[]): Promise<void> => {
      await Promise.all(chunksOf(connectionIds, removedAtOnce).map((some) => removeSome(tenant, user, some)));
    },

    /** A connection says that it is otherwise than before: whoever follows this item looks. One write; nothing where it is not listed. */
    stir: async ({ tenant, user }: Caller, connectionId: string): Promise<void> => {
      await update(tenant, user, {
        UpdateExpression: 'SET changedAt = :now',
        ConditionExpression: 'attribute_exists(#connection) AND attribute_not_exists(shutAt)',
        ExpressionAttributeNames: { '#connection': attributeOf(connectionId) },
        ExpressionAttributeValues: { ':now': clock.now().toISOString() },
      });
    },

    /** The connections of many users, those included that are over: whoever meets one removes it. One round trip per 100 users, side by side. */
    connectionsOf: async (tenant: string, users: readonly string[]): Promise<Connection[]> => {
      const items = await getMany(
        table,
        users.map((user) => presenceKey(tenant, user)),
      );
      return users.flatMap((user, i) => liveConnections(items[i], user));
    },

    /** As `connectionsOf`, with everything else that is known of each, in the order of `users`. */
    statesOf: async <const Users extends readonly string[]>(
      tenant: string,
      users: Users,
      { consistent = false } = {},
    ): Promise<{ -readonly [I in keyof Users]: PresenceFound }> => {
      const items = await getMany(
        table,
        users.map((user) => presenceKey(tenant, user)),
        { consistent },
      );
      return users.map((user, i) => presenceFrom(items[i], user)) as { -readonly [I in keyof Users]: PresenceFound };
    },

    /**
     * What others are told from now on, and the connections that are long over struck off.
     * @returns false where anything has changed since `found`: look again
     */
    show: (
      tenant: string,
      found: PresenceFound,
      { status, lastSeenAt, at }: { status: PresenceStatus; lastSeenAt: string | null; at: Date },
    ): Promise<boolean> => {
      const over = found.connections.filter((one) => one.expiresAt <= epochSeconds(at)).slice(0, removedAtOnce);
      const held = (name: 'shownAt' | 'changedAt') =>
        found[name] === undefined ? `attribute_not_exists(${name})` : `${name} = :${name}`;
      return update(tenant, found.user, {
        UpdateExpression: `SET shown = :status, lastSeenAt = :seen, shownAt = :at${over.length === 0 ? '' : ` REMOVE ${over.map((_, i) => `#c${i}`).join(', ')}`}`,
        ConditionExpression: `${held('shownAt')} AND ${held('changedAt')}`,
        ...(over.length === 0
          ? {}
          : { ExpressionAttributeNames: Object.fromEntries(over.map(({ id }, i) => [`#c${i}`, attributeOf(id)])) }),
        ExpressionAttributeValues: {
          ':status': status,
          ':seen': lastSeenAt,
          ':at': at.toISOString(),
          ...(found.shownAt === undefined ? {} : { ':shownAt': found.shownAt }),
          ...(found.changedAt === undefined ? {} : { ':changedAt': found.changedAt }),
        },
      });
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
  };
};
export type Presence = ReturnType<typeof createPresence>;

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

/** Those that may hear something. @param item undefined for who never was there */
export const liveConnections = (item: Item | undefined, user: string): Connection[] =>
  item?.shutAt ? [] : connectionsIn(item, user);

/** @param item undefined for who never was there */
export const presenceFrom = (item: Item | undefined, user: string): PresenceFound => ({
  user,
  connections: connectionsIn(item, user),
  isShut: item?.shutAt !== undefined,
  blocked: blockedIn(item),
  privacy: (item?.presencePrivacy as PresencePrivacy | undefined) ?? 'contacts',
  cameAt: item?.cameAt as string | undefined,
  leftAt: item?.leftAt as string | undefined,
  changedAt: item?.changedAt as string | undefined,
  shown: (item?.shown as PresenceStatus | undefined) ?? 'offline',
  shownAt: item?.shownAt as string | undefined,
  lastSeenAt: (item?.lastSeenAt as string | null | undefined) ?? null,
});

/** Of a deleted user: no connection opens any more, and those that are open hear nothing. The mark outlives all of them. */
export const shut = (table: Table, tenant: string, user: string, now: Date): Write => ({
  Update: {
    TableName: table.name,
    Key: presenceKey(tenant, user),
    UpdateExpression:
      'SET shutAt = if_not_exists(shutAt, :now), changedAt = :now REMOVE presencePrivacy, receiptsOff, lastSeenAt, cameAt, leftAt',
    ExpressionAttributeValues: { ':now': now.toISOString() },
  },
});

export const reopened = (table: Table, tenant: string, user: string, now: Date): Write => ({
  Update: {
    TableName: table.name,
    Key: presenceKey(tenant, user),
    UpdateExpression: 'SET changedAt = :now REMOVE shutAt',
    ExpressionAttributeValues: { ':now': now.toISOString() },
  },
});

/** What a user shows of themselves: beside the preferences, where those who post to others look. */
export const chooseWhatIsShown = (
  table: Table,
  tenant: string,
  user: string,
  { presence, readReceipts }: Pick<Preferences, 'presence' | 'readReceipts'>,
  now: Date,
): Write => ({
  Update: {
    TableName: table.name,
    Key: presenceKey(tenant, user),
    UpdateExpression: [
      'SET changedAt = :now',
      ...(presence === undefined ? [] : [', presencePrivacy = :privacy']),
      ...(readReceipts === false ? [', receiptsOff = :true'] : []),
      ...(readReceipts === true ? [' REMOVE receiptsOff'] : []),
    ].join(''),
    ExpressionAttributeValues: {
      ':now': now.toISOString(),
      ...(presence !== undefined && { ':privacy': presence }),
      ...(readReceipts === false && { ':true': true }),
    },
  },
});
