import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKeySet } from '../../../shared/runtime/key-sets.ts';
import { type Mood, startIssuer } from '../../support/issuer.ts';
import { ManualClock } from '../../support/table.ts';

let issuer: Awaited<ReturnType<typeof startIssuer>>;
let clock: ManualClock;
let keySet: ReturnType<typeof createKeySet>;

beforeEach(async () => {
  issuer = await startIssuer();
  clock = new ManualClock();
  keySet = createKeySet(clock);
});
afterEach(() => issuer.stop());

/** @returns the name of the key, or of the error */
const find = async (kid: string): Promise<string | undefined> => {
  try {
    return (await keySet.getJwk(issuer.jwksUri, { header: { alg: 'RS256', kid }, payload: {} })).kid;
  } catch (error) {
    return (error as Error).constructor.name;
  }
};
const findAll = async (kids: readonly string[]) => {
  for (const kid of kids) await find(kid);
};
const madeUp = (count: number, series = 'made-up') => Array.from({ length: count }, (_, i) => `${series}-${i}`);

it('are fetched once, and again for a key that is not among them', async () => {
  expect([await find('key-1'), await find('key-1')]).toEqual(['key-1', 'key-1']);
  expect(issuer.fetches).toBe(1);
  await issuer.rotate();
  expect([await find('key-2'), await find('key-1')]).toEqual(['key-2', 'key-1']);
  expect(issuer.fetches).toBe(2);
});

it('show a key that was just rotated in, although others have named keys that there are not', async () => {
  await find('key-1');
  await findAll(madeUp(4));
  await issuer.rotate();
  expect(await find('key-2')).toBe('key-2');
});

it('are not fetched again for ten seconds for a key that was not among them', async () => {
  await findAll(['nobody’s', 'nobody’s', 'nobody’s']);
  expect(issuer.fetches).toBe(1);
  clock.forward({ seconds: 10 });
  await find('nobody’s');
  expect(issuer.fetches).toBe(2);
});

it('are fetched five times for many keys that there are not, and once every two seconds from then on', async () => {
  await findAll(madeUp(100));
  expect(issuer.fetches).toBe(5);
  clock.forward({ seconds: 2 });
  await findAll(madeUp(100, 'another'));
  expect(issuer.fetches).toBe(6);
  clock.forward({ seconds: 60 });
  await findAll(madeUp(100, 'a third'));
  expect(issuer.fetches).toBe(11);
});

it('stay what they were for known keys during such a flood, and find a new key two seconds later', async () => {
  await find('key-1');
  await findAll(madeUp(100));
  await issuer.rotate();
  expect([await find('key-1'), await find('key-2')]).toEqual(['key-1', 'WaitPeriodNotYetEndedJwkError']);
  clock.forward({ seconds: 2 });
  expect(await find('key-2')).toBe('key-2');
});

it.each<Mood>(['down', 'being repaired', 'unreachable'])(
  'are said to be unavailable, not to lack a key, while their issuer is %s',
  async (mood) => {
    await find('key-1');
    issuer.becomes(mood);
    expect([await find('key-2'), await find('key-1')]).toEqual(['KeySetUnavailable', 'key-1']);
    issuer.becomes('well');
    await issuer.rotate();
    expect(await find('key-2')).toBe('key-2');
  },
);

it('are looked at again every hour, so that a key that was withdrawn vouches for nobody any more', async () => {
  await issuer.rotate();
  await find('key-1');
  issuer.withdraw('key-1');
  expect(await find('key-1')).toBe('key-1');
  clock.forward({ hours: 1 });
  expect([await find('key-1'), await find('key-2')]).toEqual(['KidNotFoundInJwksError', 'key-2']);
});

it('stay what they were while their issuer is down, which is asked again once a minute', async () => {
  await find('key-1');
  clock.forward({ hours: 1 });
  issuer.becomes('down');
  expect([await find('key-1'), await find('key-1')]).toEqual(['key-1', 'key-1']);
  expect(issuer.fetches).toBe(2);
  clock.forward({ seconds: 60 });
  issuer.becomes('well');
  expect(await find('key-1')).toBe('key-1');
  expect(issuer.fetches).toBe(3);
});
