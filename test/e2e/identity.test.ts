import { type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { forgedTokens } from '../support/forged-tokens.ts';
import { Person } from '../support/person.ts';
import { createsGroup } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** A token of the tenants' own issuer, with claims that it would not give by itself. */
const issuedWith = (claims: JWTPayload, { kid, key } = world.cloud.identity.signingKey()): Promise<string> =>
  new SignJWT({
    sub: 'ada',
    tenant: world.tenant,
    iss: world.cloud.identity.issuer,
    aud: 'parley',
    iat: nowSeconds(),
    exp: nowSeconds() + 3_600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .sign(key);

const holderOf = (token: string) =>
  new Person('ada', token, { apiUrl: world.cloud.url, webSocketUrl: world.cloud.webSocketUrl });

/** What both doors make of a token: `in`, or why not. */
const received = async (token: string) => {
  const holder = holderOf(token);
  const { status, body } = await holder.asks<{ code?: string }>('GET', '/api/me');
  const socket = await holder.connects().then(
    () => 'in',
    (error: Error) => error.message,
  );
  await holder.leaves();
  return { http: status === 200 ? 'in' : (body.code ?? status), socket };
};

const in_ = { http: 'in', socket: 'in' };
/** The gateway's own refusals. */
const refused = { http: 403, socket: 'refused 401' };

describe('an issuer’s keys', () => {
  it('may be rotated: the new one is good at once, and the old one as long as it is published', async () => {
    const old = world.cloud.identity.signingKey();
    expect(await received(await issuedWith({}))).toEqual(in_);
    await world.cloud.identity.rotate();

    expect(await received(await issuedWith({}))).toEqual(in_);
    expect(await received(await issuedWith({}, old))).toEqual(in_);
  });

  it('may be rotated just after a stranger made up the name of one', async () => {
    expect(await received(await issuedWith({}))).toEqual(in_);
    const { key } = world.cloud.identity.signingKey();
    expect(await received(await issuedWith({}, { kid: 'made up', key }))).toEqual(refused);

    await world.cloud.identity.rotate();
    expect(await received(await issuedWith({}))).toEqual(in_);
  });

  it('may be withdrawn: what the old one signed is refused once the new one has been seen', async () => {
    const old = world.cloud.identity.signingKey();
    await world.cloud.identity.rotate({ withdrawOld: true });

    expect(await received(await issuedWith({}))).toEqual(in_);
    expect(await received(await issuedWith({}, old))).toEqual(refused);
  });
});

describe('a token', () => {
  it('that nobody trusted gave, or that says too little, opens neither door', async () => {
    const tokens = await forgedTokens(world.cloud, { tenant: world.tenant });
    for (const [what, token] of Object.entries(tokens)) expect(await received(token), `one ${what}`).toEqual(refused);
  });

  it('that is missing opens neither door', async () => {
    const ada = await world.person('ada');
    expect((await fetch(`${world.cloud.url}/api/me`)).status).toBe(401);
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      ada.token,
      `Basic ${ada.token}`,
      `Bearer ${ada.token} more`,
    ]) {
      const { status } = await ada.asks('GET', '/api/me', undefined, { authorization });
      expect([401, 403], authorization).toContain(status);
    }
    for (const query of [{}, { token: '' }, { ticket: '' }, { access_token: ada.token }] as Record<string, string>[]) {
      await expect(ada.connects(query)).rejects.toThrow('refused 401');
    }
  });

  it.each([
    ['ended a minute ago', { exp: -60 }, { http: 'token_expired', socket: 'refused 401' }],
    ['ended ten seconds ago, by our clock', { exp: -10 }, in_],
    ['begins in ten seconds, by our clock', { nbf: 10 }, in_],
    ['begins in a minute', { nbf: 60 }, refused],
    ['was issued in ten seconds, by our clock', { iat: 10 }, in_],
  ])('that %s is received as it should be: clocks may differ by half a minute', async (_, offsets, outcome) => {
    const claims = Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, nowSeconds() + offset]));
    expect(await received(await issuedWith(claims))).toEqual(outcome);
  });

  it('is not outlived by what the gateway remembers of it', async () => {
    const holder = holderOf(await issuedWith({ exp: nowSeconds() - 30 + 4 }));
    expect((await holder.asks('GET', '/api/me')).status).toBe(200);

    const answers = async () => (await holder.asks<{ code?: string }>('GET', '/api/me')).body;
    await expect.poll(answers, { timeout: 15_000, interval: 250 }).toMatchObject({ code: 'token_expired' });
  });
});

describe('roles', () => {
  /** Only a service may sync users; a moderator sees any conversation. */
  const mayBe = async (claims: JWTPayload) => {
    const owner = await world.person('owner');
    const room = await createsGroup(owner, []);
    const holder = holderOf(await issuedWith({ sub: 'somebody', ...claims }));
    const service = (await holder.asks('POST', '/api/users/sync', { id: 'x' })).status === 200;
    const moderator = (await holder.asks('GET', `/api/conversations/${room.id}`)).status === 200;
    return { service, moderator };
  };

  it.each([
    ['none', {}, { service: false, moderator: false }],
    ['a list', { roles: ['member', 'service'] }, { service: true, moderator: true }],
    ['text with spaces', { roles: 'member service' }, { service: true, moderator: true }],
    ['text with commas', { roles: 'member,moderator' }, { service: false, moderator: true }],
    ['a single role', { role: 'moderator' }, { service: false, moderator: true }],
    ['roles that nobody knows', { roles: ['root', 'SERVICE', 'moderators'] }, { service: false, moderator: false }],
    ['a known one among others', { roles: ['root', 'moderator'] }, { service: false, moderator: true }],
  ])('are read from %s in the claims', async (_, claims, may) => {
    expect(await mayBe(claims)).toEqual(may);
  });

  it.each([
    ['an object', { roles: { service: true } }],
    ['a list of objects', { roles: [{ name: 'service' }] }],
  ])('that are %s make the token worthless', async (_, claims) => {
    expect(await received(await issuedWith(claims))).toEqual(refused);
  });
});

describe('a ticket', () => {
  const ticketOf = async (person: Person) =>
    person.does<{ ticket: string; expiresAt: string }>('POST', '/api/ws-tickets');

  it('opens one connection, as its holder, within 30 seconds', async () => {
    const ada = await world.person('ada');
    const { ticket, expiresAt } = await ticketOf(ada);
    const lifeMs = Date.parse(expiresAt) - Date.now();
    expect(lifeMs).toBeGreaterThan(20_000);
    expect(lifeMs).toBeLessThanOrEqual(30_000);

    const device = await ada.connects({ ticket });
    const room = await createsGroup(ada, []);
    await device.hearsEvent('conversation.new', ({ id }) => id === room.id);

    await expect(ada.connects({ ticket })).rejects.toThrow('refused 401');
  });

  it('lets one in of many who come with it at once', async () => {
    const ada = await world.person('ada');
    const { ticket } = await ticketOf(ada);

    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => ada.connects({ ticket })));

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('belongs to its tenant', async () => {
    const [ada, namesake] = await Promise.all([world.person('ada'), world.person('ada', { tenant: 'another' })]);
    const { ticket } = await ticketOf(ada);
    const device = await namesake.connects({ ticket });

    const [hers, other] = [await createsGroup(namesake, []), await createsGroup(ada, [])];

    await device.hearsEvent('conversation.new', ({ id }) => id === other.id);
    await world.cloud.settled();
    await device.catchesUp();
    expect(device.heard('conversation.new').map(({ id }) => id)).not.toContain(hers.id);
  });

  it('decides alone where a token comes with it', async () => {
    const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
    const { ticket } = await ticketOf(ada);
    await expect(bob.connects({ ticket: 'garbage', token: bob.token })).rejects.toThrow('refused 401');

    const device = await bob.connects({ ticket, token: bob.token });

    const room = await createsGroup(ada, []);
    await device.hearsEvent('conversation.new', ({ id }) => id === room.id);
  });

  it.each([
    ['garbage', 'garbage'],
    ['a very long one', 'x'.repeat(4_000)],
    ['one with a separator of keys', 'a#b'],
  ])('that was never given (%s) opens nothing', async (_, ticket) => {
    const ada = await world.person('ada');
    await expect(ada.connects({ ticket })).rejects.toThrow('refused 401');
  });

  it('ends with the token that it was bought with', async () => {
    const endsInSeconds = 8;
    const holder = holderOf(await issuedWith({ exp: nowSeconds() - 30 + endsInSeconds }));
    const { expiresAt } = await ticketOf(holder);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(endsInSeconds * 1000);
  });
});
