/** Groups of 10 to 256, which hear how many have read what, once for all that was read within a while. */
import { beforeAll, expect, it, vi } from 'vitest';
import type { MessageReceipts, Receipt } from '../../shared/protocol/receipts.ts';
import type { Device } from '../support/device.ts';
import type { Person } from '../support/person.ts';
import { hasRead, reads, receiptsOf, receives, showsReceipts } from '../support/receipts.ts';
import { inboxOf, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

vi.setConfig({ testTimeout: 60_000 });

/** As a stage's settings would say it. */
beforeAll(() => {
  for (const { environment } of world.cloud.functions) {
    if (environment.TENANT_SETTINGS === undefined) continue;
    const { default: limits, tenants } = JSON.parse(environment.TENANT_SETTINGS) as {
      default: object;
      tenants: object;
    };
    environment.TENANT_SETTINGS = JSON.stringify({ default: { ...limits, groupSize: 1_000 }, tenants });
  }
});

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** Ada, who said five things, Bob, Cyd, and so many others that the group has `size` members; a device of Ada's, and two of Bob's. */
const given = async ({ size = 10 } = {}) => {
  const [ada, bob, cyd] = [await world.person('ada'), await world.person('bob'), await world.person('cyd')];
  const room = await ada.does<{ id: string }>('POST', '/api/conversations', {
    type: 'group',
    memberIds: ['bob', 'cyd', ...upTo(size - 3).map((n) => `silent-${n}`)],
  });
  for (const n of upTo(5)) await posts(ada, room, String(n));
  const [phone, bobs, tablet] = [await ada.connects(), await bob.connects(), await bob.connects()];
  await world.cloud.settled();
  return { ada, bob, cyd, room, phone, bobs, tablet };
};

const newestCount = (device: Device) =>
  device
    .heard('receipt.count')
    .sort((a, b) => a.version - b.version)
    .at(-1);

/** As a client looks it up: the step that a number belongs to. */
const countOf = (steps: readonly { seq: number; count: number }[] = [], seq: number) =>
  steps.findLast((step) => step.seq >= seq)?.count ?? 0;

/** For each message as many as its receipts name, and its sender. */
const expectRightCounts = async (device: Device, reader: Person, room: { id: string }, messages = 5) => {
  await world.cloud.settled();
  await device.catchesUp();
  const newest = newestCount(device);
  for (const seq of upTo(messages)) {
    const { readCount, deliveredCount }: MessageReceipts = await receiptsOf(reader, { conversationId: room.id, seq });
    expect([seq, countOf(newest?.read, seq), countOf(newest?.delivered, seq)]).toEqual([
      seq,
      Number(readCount) + 1,
      Number(deliveredCount) + 1,
    ]);
  }
};

const expectOwn = (heard: Receipt[], lastReadSeq: number) => expect(heard.at(-1)).toMatchObject({ lastReadSeq });

it('hear one count of all that was read within a while, and nothing of each', async () => {
  const { ada, bob, cyd, room, phone, bobs, tablet } = await given();

  await Promise.all([reads(bobs, room, 4), hasRead(cyd, room, 5)]);
  await receives(bobs, room, 5);

  await phone.hearsEvent('receipt.count', ({ delivered }) => countOf(delivered, 5) === 3);
  await expectRightCounts(phone, ada, room);
  expect(newestCount(phone)).toMatchObject({
    conversationId: room.id,
    read: [
      { seq: 5, count: 2 },
      { seq: 4, count: 3 },
    ],
    delivered: [{ seq: 5, count: 3 }],
  });
  expect(phone.heard('receipt.updated')).toEqual([]);
  await tablet.catchesUp();
  expectOwn(tablet.heard('receipt.updated'), 4);
  expect(await inboxOf(bob)).toMatchObject([{ unreadCount: 1 }]);
});

it('hear one count for raises that are gathered in one batch', async () => {
  const { bob, room, phone } = await given();
  const detail = { version: 1, id: 'x', tenantId: world.tenant, conversationId: room.id, userId: bob.id };
  const body = JSON.stringify({ 'detail-type': 'receipt.raised', detail });
  await world.cloud.invoke('Queue/receipt-counts', { Records: upTo(20).map((n) => ({ messageId: `m-${n}`, body })) });
  await phone.hearsEvent('receipt.count');
  await world.cloud.settled();
  await phone.catchesUp();
  expect(phone.heard('receipt.count')).toHaveLength(1);
});

it('hear counts that are right after batches that come twice and late, and workers that die', async () => {
  const { ada, room, phone, bobs, cyd } = await given();
  world.cloud.faults.add({
    function: /^(Stream|Queue)\//,
    batch: { duplicate: 1, delay: { probability: 0.5, ms: 100 } },
  });
  world.cloud.faults.add({ function: 'Stream/publisher', times: 1, fault: { kind: 'crash-after' } });
  world.cloud.faults.add({
    function: 'Queue/receipt-counts',
    action: 'dynamodb:Query',
    times: 3,
    fault: { kind: 'throttle' },
  });

  for (const seq of upTo(4)) {
    await reads(bobs, room, seq);
    await receives(bobs, room, seq + 1);
    await hasRead(cyd, room, seq + 1);
  }

  await phone.hearsEvent('receipt.count', ({ read }) => countOf(read, 4) === 3 && countOf(read, 5) === 2);
  await expectRightCounts(phone, ada, room);
});

it('hear nothing of it where they have read receipts off, nor of those who have', async () => {
  const { cyd, room, phone, bobs, tablet, bob } = await given();
  await showsReceipts(bob, false);

  await reads(bobs, room, 5);
  await world.cloud.settled();
  await phone.catchesUp();
  expect(phone.heard('receipt.count')).toEqual([]);

  await hasRead(cyd, room, 3);
  await phone.hearsEvent('receipt.count', ({ read }) => countOf(read, 3) === 2 && countOf(read, 4) === 1);
  await world.cloud.settled();
  await Promise.all([bobs, tablet].map((device) => device.catchesUp()));
  expect([bobs, tablet].flatMap((device) => device.heard('receipt.count'))).toEqual([]);
  expectOwn(tablet.heard('receipt.updated'), 5);
});

it('hear nothing of who posts, since everybody knows that they have read what came before', async () => {
  const { bob, room, phone } = await given();
  await posts(bob, room, 'six');
  await phone.hearsEvent('message.new', ({ seq }) => seq === 6);
  await world.cloud.settled();
  await phone.catchesUp();
  expect(phone.heard('receipt.count')).toEqual([]);
});

it('hear of each in words as long as they are fewer than ten', async () => {
  const { room, phone, bobs, tablet } = await given({ size: 9 });
  await reads(bobs, room, 4);
  expect(await phone.hearsEvent('receipt.updated')).toMatchObject({ userId: 'bob', lastReadSeq: 4 });
  await tablet.hearsEvent('receipt.updated');
  await world.cloud.settled();
  await phone.catchesUp();
  expect(phone.heard('receipt.count')).toEqual([]);
});

it('of more than 256 hear neither: receipts name nobody, and one’s own devices still agree', async () => {
  const { ada, bob, room, phone, bobs, tablet } = await given({ size: 257 });

  await reads(bobs, room, 5);

  await tablet.hearsEvent('receipt.updated', ({ lastReadSeq }) => lastReadSeq === 5);
  await world.cloud.settled();
  await phone.catchesUp();
  expect([...phone.heard('receipt.updated'), ...phone.heard('receipt.count')]).toEqual([]);
  expect(await inboxOf(bob)).toMatchObject([{ unreadCount: 0 }]);
  expect(await receiptsOf(ada, { conversationId: room.id, seq: 5 })).toEqual({
    readBy: [],
    deliveredTo: [],
    readCount: null,
    deliveredCount: null,
    memberCount: null,
    users: [],
    nextCursor: null,
    hasMore: false,
  });
});
