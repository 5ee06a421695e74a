import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ErrorData } from '../../shared/protocol/events.ts';
import type { Device } from '../support/device.ts';
import type { Person } from '../support/person.ts';
import { createsGroup, historyOf } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

/** Thirty messages a minute: all at once, if they like, and then one every two seconds. */
const [atOnce, intervalSeconds] = [30, 2];

const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const [phone, bobs] = await Promise.all([ada.connects(), bob.connects()]);
  const room = await createsGroup(ada, [bob]);
  return { ada, bob, phone, bobs, room };
};

interface Outcome {
  sent: boolean;
  error: Partial<ErrorData>;
}

const sendsOver = async (device: Device, { id }: { id: string }): Promise<Outcome> => {
  const data = { conversationId: id, clientMessageId: randomUUID(), content: 'Hello!' };
  const answer = await device.asks('message.send', data);
  return { sent: answer.event === 'message.sent', error: answer.event === 'error' ? answer.data : {} };
};

const draft = () => ({ clientMessageId: randomUUID(), content: 'Hello!' });

const postsAs = (person: Person, { id }: { id: string }) =>
  person.asks<ErrorData>('POST', `/api/conversations/${id}/messages`, draft());

/** Sends until the bucket is empty. @returns how many passed, and what the first refusal said */
const empties = async (send: () => Promise<Outcome>) => {
  const startedAt = Date.now();
  const outcomes = await Promise.all(Array.from({ length: atOnce }, send));
  // Where that took a while, the bucket has gained some more.
  let refused = outcomes.find(({ sent }) => !sent);
  let passed = outcomes.filter(({ sent }) => sent).length;
  expect(passed).toBe(atOnce);
  while (!refused) {
    const next = await send();
    if (next.sent) passed += 1;
    else refused = next;
  }
  const gained = Math.floor((Date.now() - startedAt) / (intervalSeconds * 1000));
  expect(passed).toBeLessThanOrEqual(atOnce + gained);
  return { passed, refused };
};

it('lets thirty messages pass at once, refuses the next with retryAfter, over a socket, and stores none of those refused', async () => {
  const { bob, phone, room } = await given();

  const { passed, refused } = await empties(() => sendsOver(phone, room));

  expect(refused.error).toMatchObject({ code: 'rate_limited' });
  expect(refused.error.retryAfter).toBeGreaterThanOrEqual(1);
  expect(refused.error.retryAfter).toBeLessThanOrEqual(intervalSeconds);
  expect(await historyOf(bob, room)).toHaveLength(passed);
});

it('refuses over HTTP with Retry-After, counts both ways and all devices together, and nobody else’s messages', async () => {
  const { ada, phone, bobs, room } = await given();
  await empties(() => sendsOver(phone, room));

  const another = await createsGroup(ada, []);
  const laptop = await ada.connects();
  const refusals = [await postsAs(ada, room), await postsAs(ada, another)].filter(({ status }) => status !== 201);
  expect(refusals.length).toBeGreaterThan(0);
  for (const { status, body, headers } of refusals) {
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'rate_limited' });
    expect(headers.get('retry-after')).toBe(String(body.retryAfter));
  }
  const fromThere = await Promise.all([sendsOver(laptop, room), sendsOver(laptop, another)]);
  expect(fromThere.some(({ sent }) => !sent)).toBe(true);

  expect(await sendsOver(bobs, room)).toMatchObject({ sent: true });
});

it('lets the next message pass once retryAfter is over, with the clientMessageId that was refused', async () => {
  const { ada, bob, phone, room } = await given();
  const { passed } = await empties(() => sendsOver(phone, room));
  const once = draft();
  const post = () => ada.asks<ErrorData>('POST', `/api/conversations/${room.id}/messages`, once);

  let answer = await post();
  while (answer.status === 429) {
    const { retryAfter = 0 } = answer.body;
    await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000));
    answer = await post();
  }

  expect(answer.status).toBe(201);
  expect(await historyOf(bob, room)).toHaveLength(passed + 1);
});

it('limits no service', async () => {
  const { room } = await given();
  const service = await world.service();

  const answers = await Promise.all(Array.from({ length: atOnce + 10 }, () => postsAs(service, room)));

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
});

it('limits neither edits nor deletions', async () => {
  const { phone, room } = await given();
  await empties(() => sendsOver(phone, room));
  const messageId = `${room.id}.1`;

  await phone.does('message.edit', { messageId, content: 'changed' }, 'message.updated');
  await phone.does('message.delete', { messageId }, 'message.deleted');
});
