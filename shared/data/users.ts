import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../domain/clock.ts';
import { Problem } from '../protocol/errors.ts';
import { type OwnUser, type Preferences, preferences, type User, type UserSync } from '../protocol/user.ts';
import { isDeletedProfile, notificationPreferencesAttribute, preferenceAttribute } from './items.ts';
import { profileKey } from './keys.ts';

import { chooseWhatIsShown, reopened, shut } from './presence.ts';

import { cancellationReasons, type Item, isConditionFailed, type Table, type Write, writeTogether } from './table.ts';

type Update = NonNullable<Write['Update']>;

const preferenceNames = Object.keys(preferences.shape) as (keyof Preferences)[];

export const createUsers = ({ table, clock }: { table: Table; clock: Clock }) => {
  const read = async (tenant: string, user: string): Promise<Item | undefined> =>
    (
      await table.client.send(
        new GetCommand({ TableName: table.name, Key: profileKey(tenant, user), ConsistentRead: true }),
      )
    ).Item;

  const fieldsWrite = (tenant: string, user: string, fields: Record<string, unknown>) => {
    const now = clock.now().toISOString();
    const all = Object.entries({ ...fields, updatedAt: now });
    return {
      TableName: table.name,
      Key: profileKey(tenant, user),
      UpdateExpression: `SET createdAt = if_not_exists(createdAt, :now)${all.map((_, i) => `, #f${i} = :f${i}`).join('')}`,
      ConditionExpression: 'attribute_not_exists(deletedAt)',
      ExpressionAttributeNames: Object.fromEntries(all.map(([name], i) => [`#f${i}`, name])),
      ExpressionAttributeValues: {
        ':now': now,
        ...Object.fromEntries(all.map(([, value], i) => [`:f${i}`, value])),
      },
    };
  };

  /** @throws Problem `not_found` once deleted */
  const set = async (tenant: string, user: string, fields: Record<string, unknown>): Promise<Item> => {
    try {
      const { Attributes } = await table.client.send(
        new UpdateCommand({ ...fieldsWrite(tenant, user, fields), ReturnValues: 'ALL_NEW' }),
      );
      return Attributes ?? {};
    } catch (error) {
      throw isConditionFailed(error) ? new Problem('not_found') : error;
    }
  };

  /** As `set`, together with what the same choice means elsewhere. */
  const setWith = async (
    tenant: string,
    user: string,
    fields: Record<string, unknown>,
    beside: Write,
  ): Promise<Item> => {
    try {
      await writeTogether(
        table,
        async () => ({ writes: [{ Update: fieldsWrite(tenant, user, fields) }, beside], result: undefined }),
        { retryConditions: false },
      );
    } catch (error) {
      throw cancellationReasons(error).includes('ConditionalCheckFailed') ? new Problem('not_found') : error;
    }
    return (await read(tenant, user)) ?? {};
  };

  /** The profile together with the user's connections: nobody is half deleted. */
  const setBoth = (tenant: string, user: string, profile: Omit<Update, 'TableName' | 'Key'>, connections: Write) =>
    writeTogether(
      table,
      async () => ({
        writes: [{ Update: { TableName: table.name, Key: profileKey(tenant, user), ...profile } }, connections],
        result: undefined,
      }),
      { retryConditions: false },
    );

  const restore = (tenant: string, user: string): Promise<void> =>
    setBoth(
      tenant,
      user,
      {
        UpdateExpression: 'SET updatedAt = :now REMOVE deletedAt',
        ExpressionAttributeValues: { ':now': clock.now().toISOString() },
      },
      reopened(table, tenant, user, clock.now()),
    );

  /** A valid token is enough to be somebody, synced or not. @throws Problem `not_found` once deleted */
  const own = async (tenant: string, user: string): Promise<OwnUser> => {
    const item = await read(tenant, user);
    if (isDeletedProfile(item)) throw new Problem('not_found');
    return ownUserFrom(user, item ?? {});
  };

  return {
    /** What the host says of a user. What it leaves out stays; one that was deleted comes back. */
    sync: async (tenant: string, { id, metadata, ...said }: UserSync): Promise<OwnUser> => {
      const fields = Object.fromEntries(
        // As a map, whose entries may have any name; the client looks at what an object's `constructor` says.
        Object.entries({ ...said, metadata: metadata && new Map(Object.entries(metadata)) }).filter(
          ([, value]) => value !== undefined,
        ),
      );
      try {
        return ownUserFrom(id, await set(tenant, id, fields));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        await restore(tenant, id);
        return ownUserFrom(id, await set(tenant, id, fields));
      }
    },

    /** The public part. @throws Problem `not_found` for whom the host never synced, or deleted */
    publicPart: async (tenant: string, user: string): Promise<User> => {
      const item = await read(tenant, user);
      if (!item || isDeletedProfile(item)) throw new Problem('not_found');
      const { id, displayName, avatarUrl } = ownUserFrom(user, item);
      return { id, displayName, avatarUrl };
    },

    own,

    /** What is left out stays. Whoever posts learns of read receipts from the connections, so both are written together. @throws Problem `not_found` once deleted */
    setPreferences: async (tenant: string, user: string, chosen: Preferences): Promise<OwnUser> => {
      const fields = Object.fromEntries(
        preferenceNames.flatMap((name) =>
          chosen[name] === undefined ? [] : [[preferenceAttribute(name), chosen[name]]],
        ),
      );
      const { presence, readReceipts } = chosen;
      const isShown = presence !== undefined || readReceipts !== undefined;
      const beside = isShown && chooseWhatIsShown(table, tenant, user, { presence, readReceipts }, clock.now());
      return ownUserFrom(user, await (beside ? setWith(tenant, user, fields, beside) : set(tenant, user, fields)));
    },

    /**
     * Leaves a mark without any of what was known of them, and lets nobody connect as them; the memberships and open connections
     * go by the stream. Safe to repeat.
     */
    remove: async (tenant: string, user: string): Promise<void> => {
      const forgotten = [
        ...['displayName', 'avatarUrl', 'locale', 'email', 'metadata', notificationPreferencesAttribute],
        ...preferenceNames.map(preferenceAttribute),
      ];
      const profile = {
        UpdateExpression: `SET deletedAt = if_not_exists(deletedAt, :now), updatedAt = :now REMOVE ${forgotten.map((_, i) => `#r${i}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(forgotten.map((name, i) => [`#r${i}`, name])),
        ExpressionAttributeValues: { ':now': clock.now().toISOString() },
      };
      await setBoth(tenant, user, profile, shut(table, tenant, user, clock.now()));
    },

    /** When they were deleted; undefined for who was not, or has come back. */
    deletedAt: async (tenant: string, user: string): Promise<string | undefined> => {
      const item = await read(tenant, user);
      return isDeletedProfile(item) ? String(item?.deletedAt) : undefined;
    },
  };
};
export type Users = ReturnType<typeof createUsers>;

const ownUserFrom = (id: string, item: Item): OwnUser => ({
  id,
  displayName: (item.displayName as string | undefined) ?? null,
  avatarUrl: (item.avatarUrl as string | undefined) ?? null,
  locale: (item.locale as string | undefined) ?? null,
  email: (item.email as string | undefined) ?? null,
  metadata: (item.metadata as OwnUser['metadata'] | undefined) ?? {},
  preferences: Object.fromEntries(
    preferenceNames.flatMap((name) => {
      const value = item[preferenceAttribute(name)];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  createdAt: (item.createdAt as string | undefined) ?? null,
  updatedAt: (item.updatedAt as string | undefined) ?? null,
});
