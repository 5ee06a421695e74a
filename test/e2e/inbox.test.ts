import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { activityBucket } from '../../shared/domain/conversation.ts';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Person } from '../support/person.ts';
import { createsDirect, createsGroup, inboxOf, posts } from '../support/room.ts';
import { pageOf, walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();
const idsOf = (conversations: readonly { id: string }[]) => conversations.map((one) => one.id);

const groupsOf = async (owner: Person, count: number, others: Person[] = []): Promise<OwnConversation[]> => {
  const groups: OwnConversation[] = [];
  for (let i = 1; i <= count; i += 1) groups.push(await createsGroup(owner, others, { title: `Group ${i}` }));
  return groups;
};

it('is empty for somebody new', async () => {
  const ada = await world.person('ada');
  expect(await pageOf(ada, '/api/conversations')).toEqual({ items: [], nextCursor: null, hasMore: false });
});

it('lists groups and direct conversations by their newest message', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const [first, second] = await groupsOf(ada, 2, [bob]);
  const direct = await createsDirect(ada, bob);
  expect(idsOf(await inboxOf(bob))).toEqual(idsOf([direct, second, first] as OwnConversation[]));

  await posts(ada, first as OwnConversation, 'wake up');
  expect(idsOf(await inboxOf(bob))).toEqual(idsOf([first, direct, second] as OwnConversation[]));
});

it('is the whole, newest first, whatever the size of its pages', async () => {
  const ada = await world.person('ada');
  const groups = await groupsOf(ada, 7);
  for (const i of [3, 0, 5]) await posts(ada, groups[i] as OwnConversation, 'hello');
  const order = [5, 0, 3, 6, 4, 2, 1].map((i) => (groups[i] as OwnConversation).id);
  for (let limit = 1; limit <= 8; limit += 1) {
    expect(idsOf((await walkOf<OwnConversation>(ada, '/api/conversations', limit)).flat())).toEqual(order);
  }
});

it('holds each conversation once, however many there are and whatever the size of its pages', async () => {
  const [ada, host] = await Promise.all([world.person('ada'), world.service()]);
  const founded = await Promise.all(
    Array.from({ length: 105 }, () =>
      host.does<OwnConversation>('POST', '/api/conversations', { type: 'group', memberIds: ['ada'] }),
    ),
  );
  for (const limit of [7, 50, 100]) {
    const walked = idsOf((await walkOf<OwnConversation>(ada, '/api/conversations', limit)).flat());
    expect(walked).toHaveLength(105);
    expect([...walked].sort()).toEqual(idsOf(founded).sort());
  }
});

it('counts what others said since one last read or wrote, and shows the newest message', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const lobby = await createsGroup(ada, [bob]);
  const attachments = [{ externalFileId: 'f', label: 'F' }];
  await posts(ada, lobby, 'one');
  const two = await posts(ada, lobby, 'two', { attachments, contentType: 'text/markdown' });

  expect(await inboxOf(bob)).toMatchObject([{ seq: 2, unreadCount: 2, lastReadSeq: 0 }]);
  expect(await inboxOf(ada)).toMatchObject([{ seq: 2, unreadCount: 0, lastReadSeq: 2 }]);
  expect((await inboxOf(bob))[0]?.lastMessage).toEqual({
    messageId: two.id,
    seq: 2,
    senderId: 'ada',
    content: 'two',
    contentType: 'text/markdown',
    attachmentCount: 1,
    status: 'sent',
    createdAt: two.createdAt,
  });

  await posts(bob, lobby, 'three');
  await world.cloud.settled();
  expect(await inboxOf(ada)).toMatchObject([{ unreadCount: 1, lastMessage: { content: 'three' } }]);
  expect(await inboxOf(bob)).toMatchObject([{ unreadCount: 0 }]);

  await posts(ada, lobby, 'four');
  await world.cloud.settled();
  expect(await inboxOf(bob)).toMatchObject([{ unreadCount: 1, lastReadSeq: 3 }]);
});

it('shows the first 100 characters of a long message, and never half a character', async () => {
  const ada = await world.person('ada');
  const lobby = await createsGroup(ada, []);
  const contentOf = async () => (await inboxOf(ada))[0]?.lastMessage?.content;
  await posts(ada, lobby, 'x'.repeat(101));
  expect(await contentOf()).toBe('x'.repeat(100));
  await posts(ada, lobby, '👨‍👩‍👧‍👦'.repeat(101));
  expect(await contentOf()).toMatch(/^(👨‍👩‍👧‍👦)+$/u);
});

it('follows edits and deletions of the newest message, and of no other', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const lobby = await createsGroup(ada, [bob]);
  const older = await posts(ada, lobby, 'older');
  const newest = await posts(ada, lobby, 'newest');

  await ada.does('PATCH', `/api/messages/${older.id}`, { content: 'older, edited' });
  expect(await inboxOf(bob)).toMatchObject([{ lastMessage: { content: 'newest' } }]);
  await ada.does('PATCH', `/api/messages/${newest.id}`, { content: 'newest, edited' });
  expect(await inboxOf(bob)).toMatchObject([{ lastMessage: { content: 'newest, edited', seq: 2 } }]);
  await ada.does('DELETE', `/api/messages/${newest.id}`);
  expect(await inboxOf(bob)).toMatchObject([{ lastMessage: { content: null, status: 'deleted', seq: 2 } }]);
});

/** As if nothing had been said here for some hours. */
const sleptFor = async (tenant: string, group: OwnConversation, members: string[], hours: number): Promise<void> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(world.cloud.clientConfig));
  const at = new Date(Date.parse(group.lastActivityAt) - hours * 3_600_000).toISOString();
  const TableName = world.cloud.tables[0]?.name;
  const PK = `${tenant}#CONV#${group.id}`;
  const set = (SK: string, field: string, value: string) =>
    client.send(
      new UpdateCommand({
        TableName,
        Key: { PK, SK },
        UpdateExpression: 'SET #field = :value',
        ConditionExpression: 'attribute_exists(PK)',
        ExpressionAttributeNames: { '#field': field },
        ExpressionAttributeValues: { ':value': value },
      }),
    );
  for (const member of members) {
    await set(`MEMBER#${member}`, 'joinedAt', at);
    await set(`MEMBER#${member}`, 'GSI1SK', `${activityBucket(at)}#${group.id}`);
  }
  await set('META', 'lastActivityAt', at);
  await world.cloud.settled();
};

it('moves a conversation that wakes up in a new hour up for each of its members', async () => {
  const tenant = 'sleepers';
  const [ada, bob] = await Promise.all([world.person('ada', { tenant }), world.person('bob', { tenant })]);
  const asleep = await createsGroup(ada, [bob], { title: 'Asleep' });
  await sleptFor(tenant, asleep, ['ada', 'bob'], 30);
  const awake = await groupsOf(ada, 51, [bob]);

  const top = async (person: Person) =>
    (await pageOf<OwnConversation>(person, '/api/conversations', { limit: 50 })).items;
  expect(idsOf(await top(bob))).not.toContain(asleep.id);

  await posts(ada, asleep, 'Good morning');
  await world.cloud.settled();

  // The index is exact to the hour only, so it may take a page to bring the newest of this hour to the top.
  for (const person of [ada, bob]) {
    const walked = (await walkOf<OwnConversation>(person, '/api/conversations', 100)).flat();
    expect(walked[0]?.id).toBe(asleep.id);
    expect(walked).toHaveLength(awake.length + 1);
  }
});
