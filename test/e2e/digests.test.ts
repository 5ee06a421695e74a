/** Those who are not there, told by other ways than their phones: digests by e-mail, and pushes to browsers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallSummary } from '../../infra/local/aws/meter.ts';
import type { Message } from '../../shared/protocol/message.ts';
import {
  devicesOf,
  digestIsDue,
  mailsTo,
  pushesOf,
  putOffFor,
  registers,
  tellsOf,
  triesAgain,
} from '../support/notifications.ts';
import type { Person } from '../support/person.ts';
import { startPushService } from '../support/push-service.ts';
import { quickQueues } from '../support/queues.ts';
import { createsDirect, createsGroup, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

/** It makes queues quick. */
const world = aWorld({ alone: true });
let service: Awaited<ReturnType<typeof startPushService>>;
beforeAll(async () => {
  service = await startPushService();
});
beforeEach(() => service.answers(201));
afterAll(() => service.stop());

const addressOfBob = () => `bob@${world.tenant}.example.com`;

const given = async () => {
  const [ada, bob, host] = [await world.person('ada'), await world.person('bob'), await world.service()];
  const users = [
    { id: 'ada', displayName: 'Ada' },
    { id: 'bob', email: addressOfBob() },
  ];
  await host.does('POST', '/api/users/sync', { users });
  return { ada, bob, host, room: await createsGroup(ada, [bob]) };
};

const tells = (...messages: Message[]) => tellsOf(world.cloud, world.tenant, ...messages);
const mails = () => mailsTo(world.cloud, addressOfBob());
const isDue = () => digestIsDue(world.cloud, world.tenant, 'bob');
const prefers = (person: Person, preferences: object) =>
  person.does('PUT', '/api/me/notification-preferences', preferences);

/** At any time one of the two is over. */
const halfDays = [
  { from: '00:00', to: '12:00' },
  { from: '12:00', to: '00:00' },
];
const now = () => (new Date().getUTCHours() < 12 ? 0 : 1);

describe('a digest', () => {
  it('comes once for everything that is unread when it is due, and no sooner', async () => {
    const { ada, bob, room } = await given();
    const chat = await createsDirect(ada, bob);
    await tells(await posts(ada, room, 'one'), await posts(ada, chat, 'two'), await posts(ada, room, 'three'));
    expect(mails()).toEqual([]);
    expect(await isDue()).toBe(true);
    const [mail, ...more] = mails();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ title: '3 unread messages in Parley' });
    expect(mail?.text).toContain('Ada (1 unread message)\n  two');
    expect(mail?.text).toContain('Lobby (2 unread messages)\n  Ada: three');
    expect(mail?.text).toContain(`http://localhost:5173/c/${room.id}/m/2`);
    expect(mail?.details.html).toContain('<q>Ada: three</q>');
  });

  it('is not sent to who has read everything by then', async () => {
    const { ada, bob, room } = await given();
    await tells(await posts(ada, room, 'one'));
    await bob.does('PUT', `/api/conversations/${room.id}/read`, { seq: 1 });
    expect(await isDue()).toBe(true);
    expect(mails()).toEqual([]);
    await tells(await posts(ada, room, 'two'));
    await isDue();
    expect(mails()).toHaveLength(1);
  });

  it('says nothing again that the one before said', async () => {
    const { ada, bob, host, room } = await given();
    await host.does('POST', '/api/users/sync', { id: 'bob', locale: 'fr' });
    await tells(await posts(ada, room, 'one'));
    await isDue();
    expect(await isDue()).toBe(false);
    const chat = await createsDirect(ada, bob);
    await tells(await posts(ada, chat, '<two>'));
    await isDue();
    expect(mails().map(({ title }) => title)).toEqual(Array(2).fill('1 message non lu dans Parley'));
    expect(mails()[1]?.text).not.toContain('one');
    expect(mails()[1]?.details.html).toContain('&lt;two&gt;');
  });

  it('leaves out what was muted, or is not to be told of', async () => {
    const { ada, bob, room } = await given();
    const [muted, silenced] = [await createsGroup(ada, [bob]), await createsGroup(ada, [bob])];
    await tells(await posts(ada, room, 'one'), await posts(ada, muted, 'two'), await posts(ada, silenced, 'three'));
    await bob.does('PATCH', `/api/conversations/${muted.id}/me`, { muted: true });
    await bob.does('PUT', `/api/conversations/${silenced.id}/notification-preference`, { notifications: 'mentions' });
    await isDue();
    expect(mails().map(({ title }) => title)).toEqual(['1 unread message in Parley']);
  });

  it('waits until quiet hours are over', async () => {
    const { ada, bob, room } = await given();
    await registers(bob, `phone-${world.tenant}`);
    await prefers(bob, { quietHours: { ...halfDays[now()], timeZone: 'UTC' } });
    await tells(await posts(ada, room, 'one'));
    await isDue();
    expect([mails(), pushesOf(world.cloud, room)]).toEqual([[], []]);
    await prefers(bob, { quietHours: { ...halfDays[1 - now()], timeZone: 'UTC' } });
    await isDue();
    expect(mails()).toHaveLength(1);
  });

  it('does not come to who wants none, or has no address', async () => {
    const { ada, bob, host, room } = await given();
    await prefers(bob, { email: false });
    await tells(await posts(ada, room, 'one'));
    expect(await isDue()).toBe(false);
    await prefers(bob, {});
    await host.does('POST', '/api/users/sync', { id: 'bob', email: null });
    await tells(await posts(ada, room, 'two'));
    expect(await isDue()).toBe(false);
  });

  it('that SES cannot take is sent later, once', async () => {
    const { ada, room } = await given();
    await tells(await posts(ada, room, 'one'));
    await quickQueues(world.cloud);
    // As often as a client tries.
    world.cloud.faults.add({ action: 'ses:SendEmail', times: 3, fault: { kind: 'throttle' } });
    await isDue();
    expect(mails()).toHaveLength(1);
    expect(await isDue()).toBe(false);
  });

  it('and where it goes are nobody else’s business', async () => {
    const { ada, bob } = await given();
    expect(await bob.does('GET', '/api/me')).toMatchObject({ email: addressOfBob() });
    expect((await ada.asks('GET', '/api/users/bob')).text).not.toContain('example.com');
    expect(world.logs.join('')).not.toContain('example.com');
  });
});

describe('a browser', () => {
  const subscribes = (person: Person, { subscription }: ReturnType<typeof service.browser>) =>
    person.does('POST', '/api/me/devices', { platform: 'web', subscription });

  it('gets what it alone can read, signed with the key that it subscribed with', async () => {
    const { ada, bob, room } = await given();
    const { publicKey } = await bob.does<{ publicKey: string }>('GET', '/api/push/vapid-key');
    const browser = service.browser();
    await subscribes(bob, browser);
    const { id: messageId, ...message } = await posts(ada, room, 'Hello!');
    await tells({ id: messageId, ...message });
    expect(browser.received().map(({ payload }) => payload)).toEqual([
      {
        title: 'Lobby',
        body: 'Ada: Hello!',
        tag: room.id,
        badge: 1,
        data: { conversationId: room.id, messageId, seq: 1, link: expect.stringContaining(room.id) },
      },
    ]);
    expect(browser.received()[0]?.headers).toMatchObject({ topic: room.id, ttl: '86400', urgency: 'high' });
    expect([...service.signers]).toEqual([publicKey]);
  });

  it.each([404, 410])('whose push service answers %i is forgotten', async (status) => {
    const { ada, bob, room } = await given();
    await subscribes(bob, service.browser());
    service.answers(status);
    await tells(await posts(ada, room, 'Hello!'));
    expect(await devicesOf(bob)).toEqual([]);
  });

  it.each([429, 503])('whose push service answers %i is told later', async (status) => {
    const { ada, bob, room } = await given();
    const browser = service.browser();
    await subscribes(bob, browser);
    service.answers(status);
    await tells(await posts(ada, room, 'Hello!'));
    expect(browser.received()).toEqual([]);
    service.answers(201);
    await triesAgain(world.cloud, world.tenant, 'bob');
    expect(browser.received()).toHaveLength(1);
  });

  it('is not followed to where its push service redirects', async () => {
    const { ada, bob, room } = await given();
    await subscribes(bob, service.browser());
    service.answers(307);
    await tells(await posts(ada, room, 'Hello!'));
    expect(putOffFor(world.cloud, world.tenant, 'bob')).toEqual([]);
  });

  it('that claims to be reached at an address of somebody’s choosing is refused', async () => {
    const bob = await world.person('bob');
    const { keys } = service.browser().subscription;
    const subscription = { endpoint: 'http://169.254.169.254/latest', keys };
    const refusal = await bob.isRefused('invalid_request', 'POST', '/api/me/devices', {
      platform: 'web',
      subscription,
    });
    expect(refusal.errors).toMatchObject([{ path: 'subscription.endpoint' }]);
  });
});

describe('the budgets', () => {
  const costOf = (name: string) => world.cloud.meter.lastOf(name) as CallSummary;

  it('find those who are not there in a group of 100', async () => {
    const { ada } = await given();
    const silent = Array.from({ length: 99 }, (_, i) => ({ id: `silent-${i}` }) as Person);
    await tells(await posts(ada, await createsGroup(ada, silent), 'Hello!'));
    const { roundTrips, readUnits, writeUnits } = costOf('Queue/notify');
    expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 4, writeUnits: 0 });
    expect(readUnits).toBeLessThanOrEqual(160);
  });

  it('tell one of them, and mail a digest', async () => {
    const { ada, bob, room } = await given();
    await registers(bob, `phone-${world.tenant}`);
    await tells(await posts(ada, room, 'Hello!'));
    const telling = costOf('Queue/notify-user');
    // What is read for the badge, the push and the queue of digests included.
    expect(telling.roundTrips).toBeLessThanOrEqual(9);
    expect(telling.readUnits).toBeLessThanOrEqual(13);
    expect(telling.writeUnits).toBe(3);
    await isDue();
    const mailing = costOf('Queue/digest');
    expect(mailing.roundTrips).toBeLessThanOrEqual(10);
    expect(mailing.readUnits).toBeLessThanOrEqual(10);
    expect(mailing.writeUnits).toBe(3);
  });
});
