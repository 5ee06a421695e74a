import { createHash } from 'node:crypto';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deletedUser } from '../domain/permissions.ts';
import { type Device, type MobilePlatform, mostDevices, type WebSubscription } from '../protocol/device.ts';
import { Problem } from '../protocol/errors.ts';
import { isDeletedProfile } from './items.ts';
import { deviceClaimKey, devicesKey, digestKey, profileKey } from './keys.ts';
import { getMany, type Item, type Table, type Write, writeTogether } from './table.ts';

/** What a push goes to. */
export type PushTarget =
  | { platform: MobilePlatform; token: string; endpointArn: string }
  | { platform: 'web'; subscription: Pick<WebSubscription, 'endpoint' | 'keys'> };

export type RegisteredDevice = PushTarget & { id: string; registeredAt: string };

/** The same for the same token, whoever registers it. */
export const deviceIdOf = (platform: PushTarget['platform'], address: string): string =>
  createHash('sha256')
    .update(JSON.stringify([platform, address]))
    .digest()
    .subarray(0, 16)
    .toString('base64url');

const addressOf = (target: PushTarget): string =>
  target.platform === 'web' ? target.subscription.endpoint : target.token;

const attributeOf = (deviceId: string) => `device:${deviceId}`;

/** All devices of a user are one item, an attribute each; whose a token is, an item of its own says. Both are written together. */
export const createDevices = ({ table, clock }: { table: Table; clock: Clock }) => {
  const keysOf = ({ tenant, user }: Pick<Caller, 'tenant' | 'user'>, deviceId: string) => [
    devicesKey(tenant, user),
    deviceClaimKey(tenant, deviceId),
    profileKey(tenant, user),
  ];

  /** The item as it was found, with one more or one fewer. */
  const change = (
    tenant: string,
    user: string,
    found: Item | undefined,
    id: string,
    device?: RegisteredDevice,
  ): Write => ({
    Update: {
      TableName: table.name,
      Key: devicesKey(tenant, user),
      UpdateExpression: `SET version = :next${device ? ', #device = :device' : ' REMOVE #device'}`,
      ConditionExpression: found ? 'version = :found' : 'attribute_not_exists(PK)',
      ExpressionAttributeNames: { '#device': attributeOf(id) },
      ExpressionAttributeValues: {
        ':next': Number(found?.version ?? 0) + 1,
        ...(found && { ':found': found.version }),
        ...(device && { ':device': device }),
      },
    },
  });

  const claim = (tenant: string, id: string, found: Item | undefined, user: string): Write => ({
    Put: {
      TableName: table.name,
      Item: { ...deviceClaimKey(tenant, id), userId: user },
      ConditionExpression: found ? 'userId = :holder' : 'attribute_not_exists(PK)',
      ...(found && { ExpressionAttributeValues: { ':holder': found.userId } }),
    },
  });

  const notDeleted = (tenant: string, user: string): Write => ({
    ConditionCheck: {
      TableName: table.name,
      Key: profileKey(tenant, user),
      ConditionExpression: 'attribute_not_exists(deletedAt)',
    },
  });

  const release = (tenant: string, user: string, id: string): Write => ({
    Delete: {
      TableName: table.name,
      Key: deviceClaimKey(tenant, id),
      ConditionExpression: 'attribute_not_exists(PK) OR userId = :user',
      ExpressionAttributeValues: { ':user': user },
    },
  });

  /** @param registeredAt only as it was registered then */
  const remove = (tenant: string, user: string, id: string, registeredAt?: string): Promise<void> =>
    writeTogether(table, async () => {
      const [found, , profile] = await getMany(table, keysOf({ tenant, user }, id), { consistent: true });
      if (registeredAt === undefined && isDeletedProfile(profile)) throw deletedUser();
      const device = devicesIn(found).find((one) => one.id === id);
      if (!device || (registeredAt !== undefined && device.registeredAt !== registeredAt)) return nothing;
      return { writes: [change(tenant, user, found, id), release(tenant, user, id)], result: undefined };
    });

  return {
    /**
     * Takes a device from whoever had it. Safe to repeat.
     * @throws Problem `too_many_devices`, `forbidden` to a deleted user
     */
    register: async ({ tenant, user }: Caller, target: PushTarget): Promise<Device> => {
      const id = deviceIdOf(target.platform, addressOf(target));
      return writeTogether(table, async () => {
        const [found, held, profile] = await getMany(table, keysOf({ tenant, user }, id), { consistent: true });
        if (isDeletedProfile(profile)) throw deletedUser();
        const devices = devicesIn(found);
        if (devices.length >= mostDevices && !devices.some((one) => one.id === id))
          throw new Problem('too_many_devices', { detail: `At most ${mostDevices}.` });
        const device = { ...target, id, registeredAt: clock.now().toISOString() };
        const holder = held?.userId === user ? undefined : (held?.userId as string | undefined);
        const [theirs] =
          holder === undefined ? [] : await getMany(table, [devicesKey(tenant, holder)], { consistent: true });
        const writes = [
          change(tenant, user, found, id, device),
          claim(tenant, id, held, user),
          notDeleted(tenant, user),
          ...(holder !== undefined && theirs ? [change(tenant, holder, theirs, id)] : []),
        ];
        return { writes, result: shown(device) };
      });
    },

    /** The one registered last first. @throws Problem `forbidden` to a deleted user */
    list: async ({ tenant, user }: Caller): Promise<Device[]> => {
      const [item, profile] = await getMany(table, [devicesKey(tenant, user), profileKey(tenant, user)], {
        consistent: true,
      });
      if (isDeletedProfile(profile)) throw deletedUser();
      return devicesIn(item)
        .map(shown)
        .sort((a, b) =>
          a.registeredAt === b.registeredAt ? a.id.localeCompare(b.id) : a.registeredAt < b.registeredAt ? 1 : -1,
        );
    },

    /** Safe to repeat. @throws Problem `forbidden` to a deleted user */
    remove: ({ tenant, user }: Caller, id: string): Promise<void> => remove(tenant, user, id),

    /** One that is dead, unless it has been registered anew since it was found. Safe to repeat. */
    bury: (tenant: string, user: string, { id, registeredAt }: RegisteredDevice): Promise<void> =>
      remove(tenant, user, id, registeredAt),

    /** Of a deleted user: also the digest that was to come. Safe to repeat. */
    forget: (tenant: string, user: string): Promise<void> =>
      writeTogether(table, async () => {
        const keys = [devicesKey(tenant, user), digestKey(tenant, user)] as const;
        const [found, digest] = await getMany(table, keys, { consistent: true });
        const gone = [...(found ? [keys[0]] : []), ...(digest ? [keys[1]] : [])];
        const writes = [
          ...gone.map((Key) => ({ Delete: { TableName: table.name, Key } })),
          ...devicesIn(found).map(({ id }) => release(tenant, user, id)),
        ];
        return { writes, result: undefined };
      }),
  };
};
export type Devices = ReturnType<typeof createDevices>;

const nothing = { writes: [], result: undefined };

const shown = ({ id, platform, registeredAt }: RegisteredDevice): Device => ({ id, platform, registeredAt });

/** @param item the user's, if there is one */
export const devicesIn = (item: Item | undefined): RegisteredDevice[] =>
  Object.entries(item ?? {}).flatMap(([name, value]) =>
    name.startsWith('device:') ? [value as RegisteredDevice] : [],
  );
