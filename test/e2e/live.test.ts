import { expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { Device } from '../support/device.ts';
import type { Person } from '../support/person.ts';
import { createsDirect, createsGroup, posts, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

/** Ada with a phone and a laptop, Bob with a phone and a tablet, and as many silent members as are asked for. */
const given = async ({ silent = 0 } = {}) => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const others = await Promise.all(Array.from({ length: silent }, (_, i) => world.person(`silent-${i}`)));
  const [phone, laptop, bobsPhone, bobsTablet] = await Promise.all([
    ada.connects(),
    ada.connects(),
    bob.connects(),
    bob.connects(),
  ]);
  const all = [phone, laptop, bobsPhone, bobsTablet];
  const room = await createsGroup(ada, [bob, ...others]);
  await Promise.all(all.map((device) => device.hearsEvent('conversation.new', ({ id }) => id === room.id)));
  return { ada, bob, phone, laptop, bobsPhone, bobsTablet, all, room };
};

/** Afterwards nothing is on its way any more: what a device has not heard by then, it will not hear. */
const allIsQuiet = async (devices: Device[]) => {
  await world.cloud.settled();
  await Promise.all(devices.map((device) => device.catchesUp()));
};

const isNamed =
  (userId: string) =>
  (data: { userId: string }): boolean =>
    data.userId === userId;

it.each([
  ['few listen, so the sender posts to them', 0],
  ['more are members than the sender posts to, so the stream does', 10],
])(
  'tells every device of every member of a message sent over a socket, but for the one that sent it (%s)',
  async (_, silent) => {
    const { phone, all, room } = await given({ silent });

    await says(phone, room, 'Hello!');

    const others = all.filter((device) => device !== phone);
    const heard = await Promise.all(others.map((device) => device.hearsEvent('message.new')));
    expect(heard.map(({ content, senderId, seq }) => ({ content, senderId, seq }))).toEqual(
      others.map(() => ({ content: 'Hello!', senderId: 'ada', seq: 1 })),
    );
    await allIsQuiet(all);
    expect(phone.heard('message.new')).toEqual([]);
    expect(phone.heard('message.sent')).toHaveLength(1);
  },
);

it.each([
  ['few listen', 0],
  ['many are members', 10],
])(
  'tells every device of every member of a message sent over HTTP, the sender’s own included (%s)',
  async (_, silent) => {
    const { ada, all, room } = await given({ silent });

    const message = await posts(ada, room, 'Hello!');

    expect(await Promise.all(all.map((device) => device.hearsEvent('message.new')))).toEqual(all.map(() => message));
  },
);

it('tells every device of an edit and of a deletion, over either way, with the state that the answer had', async () => {
  const { ada, phone, all, room } = await given();
  const { messageId } = await says(phone, room, 'Helo');
  const hearAll = (event: 'message.updated' | 'message.deleted', version: number) =>
    Promise.all(all.map((device) => device.hearsEvent(event, (one) => one.version === version)));

  const edited = await phone.does('message.edit', { messageId, content: 'Hello' }, 'message.updated');
  expect(edited).toMatchObject({ content: 'Hello', version: 2, rev: 1 });
  expect(await hearAll('message.updated', 2)).toEqual(all.map(() => edited));

  const again = await ada.does<Message>('PATCH', `/api/messages/${messageId}`, { content: 'Hello!' });
  expect(await hearAll('message.updated', 3)).toEqual(all.map(() => again));

  const deleted = await phone.does('message.delete', { messageId }, 'message.deleted');
  expect(deleted).toMatchObject({ status: 'deleted', content: null, version: 4, rev: 3 });
  expect(await hearAll('message.deleted', 4)).toEqual(all.map(() => deleted));
});

it('tells every device of both users of a new direct conversation, once it is there', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const devices = await Promise.all([ada.connects(), ada.connects(), bob.connects()]);

  const { id } = await createsDirect(ada, bob);
  await createsDirect(bob, ada);

  await Promise.all(devices.map((device) => device.hearsEvent('conversation.new', (one) => one.id === id)));
  await allIsQuiet(devices);
  for (const device of devices) expect(device.heard('conversation.new')).toHaveLength(1);
});

it('tells every device of a new title and of the end of a group', async () => {
  const { ada, all, room } = await given();

  const { title, rev } = await ada.does<OwnConversation>('PATCH', `/api/conversations/${room.id}`, { title: 'Hall' });
  const updates = await Promise.all(all.map((device) => device.hearsEvent('conversation.updated')));
  for (const update of updates) expect(update).toMatchObject({ id: room.id, title, rev });

  await ada.does('DELETE', `/api/conversations/${room.id}`);
  const ends = await Promise.all(all.map((device) => device.hearsEvent('conversation.removed')));
  expect(ends).toEqual(all.map(() => ({ conversationId: room.id, reason: 'deleted', rev: 2 })));
});

const adds = (manager: Person, room: { id: string }, newcomer: Person) =>
  manager.does('POST', `/api/conversations/${room.id}/members`, { memberIds: [newcomer.id] });

it('tells members of a newcomer, the newcomer of the conversation, and both of what is said from then on', async () => {
  const { ada, phone, bobsPhone, all, room } = await given();
  const carol = await world.person('carol');
  const carols = await Promise.all([carol.connects(), carol.connects()]);
  await says(bobsPhone, room, 'before');
  await world.cloud.settled();

  await adds(ada, room, carol);
  await Promise.all(all.map((device) => device.hearsEvent('member.added', isNamed('carol'))));
  const told = await Promise.all(carols.map((device) => device.hearsEvent('conversation.new')));
  for (const one of told) expect(one).toMatchObject({ id: room.id, memberCount: 3, seq: 1, rev: 1 });

  await says(phone, room, 'after');
  await Promise.all(carols.map((device) => device.hearsEvent('message.new', ({ content }) => content === 'after')));
  await allIsQuiet(carols);
  for (const device of carols) {
    expect(new Set(device.heard('message.new').map(({ content }) => content))).toEqual(new Set(['after']));
    expect(device.heard('member.added')).toEqual([]);
  }
});

it('tells members of somebody who lets themselves into an open group', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const [phone, bobs] = await Promise.all([ada.connects(), bob.connects()]);
  const room = await createsGroup(ada, [], { settings: { open: true } });

  await bob.does('POST', `/api/conversations/${room.id}/join`);

  await phone.hearsEvent('member.added', isNamed('bob'));
  await bobs.hearsEvent('conversation.new', ({ id }) => id === room.id);
});

it('tells every device of a new role, the member’s own included', async () => {
  const { ada, all, room } = await given();

  await ada.does('PATCH', `/api/conversations/${room.id}/members/bob`, { role: 'admin' });

  const heard = await Promise.all(all.map((device) => device.hearsEvent('member.updated', isNamed('bob'))));
  for (const member of heard) expect(member).toMatchObject({ role: 'admin', rev: 1 });
});

it.each([
  ['removed', (ada: Person) => ada, 'members/bob'],
  ['left', (_: Person, bob: Person) => bob, 'leave'],
] as const)('tells those who stay and who is %s, who from then on hears nothing more', async (reason, who, path) => {
  const { ada, bob, phone, laptop, bobsPhone, bobsTablet, all, room } = await given();
  const { messageId } = await says(phone, room, 'before');
  await Promise.all([bobsPhone, bobsTablet].map((device) => device.hearsEvent('message.new')));

  await who(ada, bob).does('DELETE', `/api/conversations/${room.id}/${path}`);
  await Promise.all([phone, laptop].map((device) => device.hearsEvent('member.removed', isNamed('bob'))));
  const told = await Promise.all([bobsPhone, bobsTablet].map((device) => device.hearsEvent('conversation.removed')));
  expect(told).toEqual(told.map(() => ({ conversationId: room.id, reason, rev: 1 })));

  const until = [bobsPhone, bobsTablet].map((device) => device.frames.length);
  await says(phone, room, 'after');
  await phone.does('message.edit', { messageId, content: 'changed' }, 'message.updated');
  await ada.does('PATCH', `/api/conversations/${room.id}`, { title: 'Without Bob' });
  await laptop.hearsEvent('conversation.updated');
  await allIsQuiet(all);
  const since = [bobsPhone, bobsTablet].flatMap((device, i) => device.frames.slice(until[i]));
  expect(since.filter(({ event }) => event !== 'message.new')).toEqual([]);
  expect(bobsPhone.heard('message.new').map(({ content }) => content)).not.toContain('after');
});

it('tells nobody of another conversation or another tenant', async () => {
  const { phone, all, room } = await given();
  const [stranger, namesake] = await Promise.all([
    world.person('mallory'),
    world.person('bob', { tenant: 'another tenant' }),
  ]);
  const outside = await Promise.all([stranger.connects(), namesake.connects()]);

  await says(phone, room, 'between us');
  await allIsQuiet([...all, ...outside]);

  for (const device of outside) expect(device.frames).toEqual([]);
});

it('carries the id of a traceparent through the logs, over sockets and HTTP', async () => {
  const { ada, phone, room } = await given();
  const [bySocket, byHttp] = ['0af7651916cd43dd8448eb211c80319c', '4bf92f3577b34da6a3ce929d0e0e4736'];
  const data = { conversationId: room.id, clientMessageId: 'c1', content: 'Hello!' };

  await phone.asks('message.send', data, { traceparent: `00-${bySocket}-b7ad6b7169203331-01` });
  await ada.asks('GET', '/api/me', undefined, { traceparent: `00-${byHttp}-b7ad6b7169203331-01` });

  const lines = world.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
  const of = (correlationId: string) => lines.filter((line) => line.correlationId === correlationId);
  expect(of(bySocket)).toContainEqual(
    expect.objectContaining({ operation: 'message.send', tenant: world.tenant, user: 'ada', message: 'answered' }),
  );
  expect(of(byHttp)).toContainEqual(expect.objectContaining({ operation: 'me/get', user: 'ada', status: 200 }));
});
