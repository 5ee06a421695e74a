import { beforeEach, describe, expect, it } from 'vitest';
import { devicesIn, type PushTarget, type RegisteredDevice } from '../../../shared/data/devices.ts';
import { mostDevices } from '../../../shared/protocol/device.ts';
import { aParley, type Instance, numbers, refusalOf } from './parley.ts';

const parley = aParley();
let one: Instance;
beforeEach(() => {
  one = parley.instance;
});

const phone = (token: string): PushTarget => ({ platform: 'fcm', token, endpointArn: `arn:${token}` });
const registers = (user: string, token: string, instance = one) =>
  instance.devices.register(parley.caller(user), phone(token));
const idsOf = async (user: string) => (await one.devices.list(parley.caller(user))).map(({ id }) => id);
const held = async (user: string): Promise<RegisteredDevice[]> =>
  devicesIn((await parley.given.items()).find(({ PK, SK }) => SK === 'DEVICES' && String(PK).endsWith(`#${user}`)));
const claims = async () => (await parley.given.items()).filter(({ SK }) => SK === 'DEVICE');

describe('registering a device', () => {
  it('again finds the same, as of now', async () => {
    const first = await registers('ada', 'phone-1');
    parley.given.clock.forward({ seconds: 1 });
    const again = await registers('ada', 'phone-1');
    expect(again).toEqual({ ...first, registeredAt: parley.given.clock.now().toISOString() });
    expect(await one.devices.list(parley.caller('ada'))).toEqual([again]);
    expect(await claims()).toHaveLength(1);
  });

  it('shows nothing of its token', async () => {
    expect(JSON.stringify(await registers('ada', 'phone-1'))).not.toContain('phone-1');
  });

  it('takes it from who had it before', async () => {
    const { id } = await registers('ada', 'phone-1');
    await registers('ada', 'phone-2');
    expect((await registers('bob', 'phone-1')).id).toBe(id);
    expect([await idsOf('bob'), (await idsOf('ada')).includes(id)]).toEqual([[id], false]);
    await registers('ada', 'phone-1');
    expect([await idsOf('bob'), await idsOf('ada')]).toEqual([[], expect.arrayContaining([id])]);
  });

  it('by many at once leaves it to one of them', async () => {
    const users = numbers(6).map((n) => `user-${n}`);
    await Promise.all(users.map((user) => registers(user, 'shared-phone')));
    const owners = (await Promise.all(users.map(async (user) => [user, await held(user)] as const))).filter(
      ([, has]) => has.length > 0,
    );
    expect(owners).toHaveLength(1);
    expect(await claims()).toMatchObject([{ userId: owners[0]?.[0] }]);
  });

  it(`ends at ${mostDevices}, also where many are registered at once`, async () => {
    for (const n of numbers(mostDevices - 3)) await registers('ada', `phone-${n}`);
    const more = await Promise.all(numbers(8, 100).map((n) => refusalOf(registers('ada', `phone-${n}`))));
    expect(more.filter((code) => code === undefined)).toHaveLength(3);
    expect(new Set(more)).toEqual(new Set([undefined, 'too_many_devices']));
    expect(await held('ada')).toHaveLength(mostDevices);
    expect(await claims()).toHaveLength(mostDevices);
    // One of those that are there may be registered again.
    expect(await refusalOf(registers('ada', 'phone-1'))).toBeUndefined();
  }, 30_000);

  it('is for nobody who was deleted, be it at this moment', async () => {
    await one.users.remove(parley.given.tenant, 'ada');
    expect(await refusalOf(registers('ada', 'phone-1'))).toBe('forbidden');

    const late = parley.through(async ({ name }, pass) => {
      if (name === 'TransactWriteItems') await one.users.remove(parley.given.tenant, 'bob');
      return pass();
    });
    expect(await refusalOf(registers('bob', 'phone-2', late))).toBe('forbidden');
    expect(await claims()).toEqual([]);
  });
});

describe('a device', () => {
  it('that is removed is gone, however often', async () => {
    const { id } = await registers('ada', 'phone-1');
    for (const _ of numbers(2)) await one.devices.remove(parley.caller('ada'), id);
    expect([await idsOf('ada'), await claims()]).toEqual([[], []]);
  });

  it('of somebody else is not removed', async () => {
    const { id } = await registers('ada', 'phone-1');
    await one.devices.remove(parley.caller('bob'), id);
    expect(await idsOf('ada')).toEqual([id]);
  });

  it('that was found dead stays if it has been registered anew', async () => {
    await registers('ada', 'phone-1');
    const [found] = await held('ada');
    parley.given.clock.forward({ seconds: 1 });
    await registers('ada', 'phone-1');
    await one.devices.bury(parley.given.tenant, 'ada', found as RegisteredDevice);
    const [again] = await held('ada');
    expect(again).toBeDefined();
    await one.devices.bury(parley.given.tenant, 'ada', again as RegisteredDevice);
    expect([await held('ada'), await claims()]).toEqual([[], []]);
  });

  it('goes with its user, and nobody else’s does', async () => {
    for (const n of numbers(3)) await registers('ada', `phone-${n}`);
    const { id } = await registers('bob', 'phone-of-bob');
    for (const _ of numbers(2)) await one.devices.forget(parley.given.tenant, 'ada');
    expect([await held('ada'), await idsOf('bob')]).toEqual([[], [id]]);
    expect(await claims()).toHaveLength(1);
  });
});

describe('a notification', () => {
  const begin = () => one.notices.begin(parley.given.tenant, 'ada', 'g-1.1');
  const end = (outcomes: Record<string, 'sent' | 'gone'>, isDone: boolean) =>
    one.notices.end(parley.given.tenant, 'ada', 'g-1.1', outcomes, isDone);

  it('is begun by one of many, and done once', async () => {
    const begun = await Promise.all(numbers(5).map(begin));
    expect(begun.filter((one) => one === 'busy')).toHaveLength(4);
    await end({ phone: 'sent' }, true);
    expect(await begin()).toBe('done');
  });

  it('is begun again where some of it is left, and knows what is not', async () => {
    await begin();
    await end({ phone: 'sent' }, false);
    expect(await begin()).toEqual({ phone: 'sent' });
  });

  it('whose sender died is taken up again after a minute', async () => {
    await begin();
    parley.given.clock.forward({ seconds: 59 });
    expect(await begin()).toBe('busy');
    parley.given.clock.forward({ seconds: 1 });
    expect(await begin()).toEqual({});
  });

  it('is known for seven days', async () => {
    await begin();
    const [item] = (await parley.given.items()).filter(({ SK }) => String(SK).startsWith('NOTICE#'));
    expect(Number(item?.expiresAt) - parley.given.clock.now().getTime() / 1000).toBe(7 * 86_400);
  });
});
