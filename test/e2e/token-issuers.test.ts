/** What becomes of tokens while their issuer cannot be asked for its keys, and while strangers make up names of keys. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Mood, startIssuer } from '../support/issuer.ts';
import { Person } from '../support/person.ts';
import { aWorld } from '../support/world.ts';

const issuer = await startIssuer();
afterAll(() => issuer.stop());

const { issuer: name, jwksUri } = issuer;
const TokenIssuers = JSON.stringify([{ issuer: name, jwksUri, audience: 'parley', tenant: 'host' }]);
const world = aWorld({ parameters: { TokenIssuers } });

/** What both doors make of a token. */
const received = async (token: string) => {
  const holder = new Person('ada', token, { apiUrl: world.cloud.url, webSocketUrl: world.cloud.webSocketUrl });
  const { status } = await holder.asks('GET', '/api/me');
  const socket = await holder.connects().then(
    () => 'in',
    (error: Error) => error.message,
  );
  await holder.leaves();
  return { http: status, socket };
};
const tokenOf = (user: string, kid?: string) => issuer.token({ sub: user }, kid);

const in_ = { http: 200, socket: 'in' };
const refused = { http: 403, socket: 'refused 401' };
const notKnown = { http: 500, socket: 'refused 500' };

/** Each test has a key that no function knows of yet. */
beforeEach(async () => {
  issuer.becomes('well');
  await issuer.rotate();
});

describe.each<Mood>(['down', 'being repaired', 'unreachable'])('while an issuer is %s', (mood) => {
  it('its tokens are not refused but failed, and good again as soon as it is', async () => {
    const token = await tokenOf('ada');
    issuer.becomes(mood);
    expect(await received(token)).toEqual(notKnown);

    issuer.becomes('well');
    expect(await received(token)).toEqual(in_);
  });

  it('the keys that are known of it stay good', async () => {
    expect(await received(await tokenOf('ada'))).toEqual(in_);
    issuer.becomes(mood);
    expect(await received(await tokenOf('bob'))).toEqual(in_);
  });
});

describe('a token that names a key that there is not', () => {
  it('is refused, and so are many, without a fetch for each', async () => {
    expect(await received(await tokenOf('ada'))).toEqual(in_);
    const before = issuer.fetches;

    const names = Array.from({ length: 20 }, (_, i) => `made-up-${i}`);
    const outcomes: unknown[] = [];
    for (const kid of names) outcomes.push(await received(await tokenOf('mallory', kid)));

    expect(outcomes).toEqual(names.map(() => refused));
    expect(issuer.fetches - before).toBeLessThan(2 * names.length);
    expect(await received(await tokenOf('bob'))).toEqual(in_);
  });
});
