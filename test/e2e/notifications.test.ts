/** Who is told of a message while they are not there, and how: pushes to phones. */
import { describe, expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import { devicesOf, pushesOf, putOffFor, registers, tellsOf, triesAgain } from '../support/notifications.ts';
import type { Person } from '../support/person.ts';
import { beats } from '../support/presence.ts';
import { createsDirect, createsGroup, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ tenantLimits: { groupSize: 257 } });

const given = async () => {
  const [ada, bob, host] = [await world.person('ada'), await world.person('bob'), await world.service()];
  await host.does('POST', '/api/users/sync', { users: [{ id: 'ada', displayName: 'Ada' }, { id: 'bob' }] });
  await registers(bob, `phone-${world.tenant}`);
  return { ada, bob, host, room: await createsGroup(ada, [bob]) };
};

const says = async (person: Person, room: OwnConversation, content: string, more = {}) => {
  const message = await posts(person, room, content, more);
  await tellsOf(world.cloud, world.tenant, message);
  return message;
};

const bodiesOf = (room: OwnConversation) => pushesOf(world.cloud, room).map(({ text }) => text);

describe('somebody who is not there', () => {
  it('is told on their phone, with what an app needs to go there', async () => {
    const { ada, room } = await given();
    const { id: messageId } = await says(ada, room, 'Hello!');
    const [push, ...more] = pushesOf(world.cloud, room);
    expect(more).toEqual([]);
    expect(push).toMatchObject({ kind: 'push', title: 'Lobby', text: 'Ada: Hello!' });
    const { message } = JSON.parse(push?.details.payload ?? '').fcmV1Message;
    expect(message).toMatchObject({
      data: {
        conversationId: room.id,
        messageId,
        seq: '1',
        badge: '1',
        link: expect.stringContaining(`${room.id}/m/1`),
      },
      android: { collapse_key: room.id, notification: { tag: room.id, notification_count: 1 } },
    });
  });

  it('is told on each device once, however often the event comes', async () => {
    const { ada, bob, room } = await given();
    await registers(bob, `tablet-${world.tenant}`, 'apns');
    const message = await says(ada, room, 'Hello!');
    await tellsOf(world.cloud, world.tenant, message, message, message);
    expect(
      pushesOf(world.cloud, room)
        .map(({ to }) => to.split(' ')[0])
        .sort(),
    ).toEqual(['APNS', 'GCM']);
  });

  it('is told directly by the name of who said it, in their own language', async () => {
    const { ada, bob, host } = await given();
    await host.does('POST', '/api/users/sync', { id: 'bob', locale: 'de-AT' });
    const chat = await createsDirect(ada, bob);
    await says(ada, chat, 'Hallo!');
    expect(pushesOf(world.cloud, chat)).toMatchObject([{ title: 'Ada', text: 'Hallo!' }]);
    const room = await createsGroup(ada, [bob]);
    await says(ada, room, '@bob!');
    expect(bodiesOf(room)).toEqual(['Ada hat dich erwähnt: @bob!']);
  });

  it('is told of what is unread in total, muted conversations aside', async () => {
    const { ada, bob, room } = await given();
    const muted = await createsGroup(ada, [bob]);
    await bob.does('PATCH', `/api/conversations/${muted.id}/me`, { muted: true });
    for (const content of ['one', 'two']) await posts(ada, muted, content);
    await posts(ada, await createsDirect(ada, bob), 'three');
    await posts(ada, room, 'four');
    await says(ada, room, 'five');
    expect(JSON.parse(pushesOf(world.cloud, room)[0]?.details.payload ?? '').fcmV1Message.message.data.badge).toBe('3');
  });

  it('is not told of what was deleted, or what they have read, before anybody got round to it', async () => {
    const { ada, bob, room } = await given();
    const one = await posts(ada, room, 'one');
    await ada.does('DELETE', `/api/messages/${one.id}`);
    await tellsOf(world.cloud, world.tenant, one);
    const two = await posts(ada, room, 'two');
    await bob.does('PUT', `/api/conversations/${room.id}/read`, { seq: 2 });
    await tellsOf(world.cloud, world.tenant, two);
    expect(bodiesOf(room)).toEqual([]);
  });

  it('is told of replies in a thread that they take part in, and of no others', async () => {
    const { ada, bob, room } = await given();
    const [ours, theirs] = [await posts(bob, room, 'ours'), await posts(ada, room, 'theirs')];
    await says(ada, room, 'to you', { threadId: ours.id });
    await says(ada, room, 'to myself', { threadId: theirs.id });
    expect(bodiesOf(room)).toEqual(['Ada: to you']);
  });
});

describe('nobody is told', () => {
  it('who is there; who is away is', async () => {
    const { ada, bob, room } = await given();
    const phone = await bob.connects();
    await says(ada, room, 'while he is there');
    expect(bodiesOf(room)).toEqual([]);
    await beats(phone, 'away');
    await says(ada, room, 'while he is away');
    expect(bodiesOf(room)).toEqual(['Ada: while he is away']);
  });

  it('who hides whether they are there, and is', async () => {
    const { ada, bob, room } = await given();
    await bob.does('PATCH', '/api/me', { preferences: { presence: 'nobody' } });
    await bob.connects();
    await says(ada, room, 'Hello!');
    expect(bodiesOf(room)).toEqual([]);
  });

  it('of their own messages, and of those of whom they have blocked', async () => {
    const { ada, bob, room } = await given();
    await says(bob, room, 'mine');
    await bob.does('PUT', '/api/me/blocks/ada');
    await says(ada, room, 'theirs');
    expect(bodiesOf(room)).toEqual([]);
  });

  it('in a conversation that they muted, not even of mentions', async () => {
    const { ada, bob, room } = await given();
    await bob.does('PATCH', `/api/conversations/${room.id}/me`, { muted: true });
    await says(ada, room, '@bob');
    expect(bodiesOf(room)).toEqual([]);
  });

  it('where they want mentions alone, of anything else', async () => {
    const { ada, bob, room } = await given();
    const path = `/api/conversations/${room.id}/notification-preference`;
    expect(await bob.does('PUT', path, { notifications: 'mentions' })).toEqual(await bob.does('GET', path));
    await says(ada, room, 'not for him');
    await says(ada, room, 'for @bob');
    expect(bodiesOf(room)).toEqual(['Ada mentioned you: for @bob']);
    await bob.does('PUT', path, { notifications: 'none' });
    await says(ada, room, 'for @bob again');
    expect(bodiesOf(room)).toHaveLength(1);
  });

  it('who wants mentions in general, but where a conversation says otherwise', async () => {
    const { ada, bob, room } = await given();
    await bob.does('PATCH', '/api/me', { preferences: { notifications: 'mentions' } });
    const chat = await createsDirect(ada, bob);
    await says(ada, room, 'one');
    await says(ada, chat, 'two');
    await bob.does('PUT', `/api/conversations/${room.id}/notification-preference`, { notifications: 'all' });
    await says(ada, room, 'three');
    expect([bodiesOf(room), bodiesOf(chat)]).toEqual([['Ada: three'], ['two']]);
  });

  it('on their phone who has turned that off, or in quiet hours', async () => {
    const { ada, bob, room } = await given();
    await bob.does('PUT', '/api/me/notification-preferences', { push: false });
    await says(ada, room, 'off');
    const hours = [
      { from: '00:00', to: '12:00' },
      { from: '12:00', to: '00:00' },
    ];
    for (const quiet of hours) {
      const quietHours = { ...quiet, timeZone: 'UTC' };
      await bob.does('PUT', '/api/me/notification-preferences', { quietHours });
      await says(ada, room, `until ${quiet.to}`);
    }
    // At any time one of the two is over.
    expect(bodiesOf(room)).toHaveLength(1);
  });

  it('who is one of more than 256, but those whom it mentions', async () => {
    const [ada, bob] = [await world.person('ada'), await world.person('bob')];
    await registers(bob, `phone-${world.tenant}`);
    const silent = Array.from({ length: 255 }, (_, i) => ({ id: `silent-${i}` }) as Person);
    const room = await createsGroup(ada, [bob, ...silent]);
    await says(ada, room, 'to all of 257');
    await says(ada, room, 'to @bob');
    expect(bodiesOf(room)).toEqual([expect.stringMatching(/mentioned you: to @bob$/)]);
  });
});

describe('a device', () => {
  it('whose app was uninstalled is forgotten, and the others are told all the same', async () => {
    const { ada, bob, room } = await given();
    const dead = await registers(bob, `dead-${world.tenant}`, 'apns');
    expect((await devicesOf(bob)).map(({ id }) => id)).toContain(dead.id);
    await says(ada, room, 'Hello!');
    expect(bodiesOf(room)).toEqual(['Ada: Hello!']);
    expect((await devicesOf(bob)).map(({ id }) => id)).not.toContain(dead.id);
  });

  it('that could not be reached is tried again later, and the others are not told twice', async () => {
    const { ada, bob, room } = await given();
    await registers(bob, `tablet-${world.tenant}`, 'apns');
    // Three tries each: one of the two does not get through.
    world.cloud.faults.add({
      function: 'Queue/notify-user',
      action: 'sns:Publish',
      times: 5,
      fault: { kind: 'error' },
    });
    await says(ada, room, 'Hello!');
    expect(bodiesOf(room)).toHaveLength(1);
    expect(putOffFor(world.cloud, world.tenant, 'bob')).toMatchObject([{ attempt: 2 }]);
    world.cloud.faults.clear();
    await triesAgain(world.cloud, world.tenant, 'bob');
    expect(
      pushesOf(world.cloud, room)
        .map(({ to }) => to.split(' ')[0])
        .sort(),
    ).toEqual(['APNS', 'GCM']);
  });

  it('that somebody else logs in on tells them, and not who had it before', async () => {
    const { ada, bob, room } = await given();
    const cem = await world.person('cem');
    await registers(cem, `phone-${world.tenant}`);
    expect(await devicesOf(bob)).toEqual([]);
    await says(ada, room, 'to bob');
    expect(bodiesOf(room)).toEqual([]);
    const chat = await createsDirect(ada, cem);
    await says(ada, chat, 'to cem');
    expect(bodiesOf(chat)).toEqual(['to cem']);
  });

  it('goes with its user', async () => {
    const { bob, host } = await given();
    await host.does('DELETE', '/api/users/bob');
    await world.cloud.settled();
    await bob.isRefused('forbidden', 'GET', '/api/me/devices');
    await bob.isRefused('forbidden', 'POST', '/api/me/devices', { platform: 'fcm', token: 'another-phone' });
    await host.does('POST', '/api/users/sync', { id: 'bob' });
    expect(await devicesOf(bob)).toEqual([]);
  });
});

it('the outbox is a page', async () => {
  const { ada, room } = await given();
  await says(ada, room, '<b>Hello!</b>');
  const answer = await fetch(`${world.cloud.url}/outbox`);
  const html = await answer.text();
  expect(html).toContain('Ada: &lt;b&gt;Hello!&lt;/b&gt;');
  expect(html).toContain('http-equiv="refresh"');
  expect(await (await fetch(`${world.cloud.url}/outbox?refresh=off`)).text()).not.toContain('http-equiv="refresh"');
  expect((await fetch(`${world.cloud.url}/outbox`, { method: 'POST' })).status).toBe(405);
});
