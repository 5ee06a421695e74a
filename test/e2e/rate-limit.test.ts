import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ErrorData } from '../../shared/protocol/events.ts';
import type { Device } from '../support/device.ts';
import type { Person } from '../support/person.ts';
import { createsDirect, createsGroup, historyOf } from '../support/room.ts';
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

it('lets as many pass in a direct conversation, one after the other, and in any other after that no more', async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const [phone] = [await ada.connects(), await bob.connects()];
  const [direct, group] = [await createsDirect(ada, bob), await createsGroup(ada, [bob])];
  const startedAt = Date.now();
  let passed = 0;
  while ((await sendsOver(phone, direct)).sent) passed += 1;

  const outcome = await sendsOver(phone, group);

  const gained = Math.ceil((Date.now() - startedAt) / (intervalSeconds * 1000));
  expect(passed).toBeGreaterThanOrEqual(atOnce);
  expect(passed + (outcome.sent ? 1 : 0)).toBeLessThanOrEqual(atOnce + gained);
  expect(await historyOf(bob, direct)).toHaveLength(passed);
});

it('lets no flood pass in a direct conversation that is not paid back', async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const phone = await ada.connects();
  const direct = await createsDirect(ada, bob);
  const startedAt = Date.now();

  const outcomes = await Promise.all(Array.from({ length: 2 * atOnce }, () => sendsOver(phone, direct)));
  await world.cloud.settled();
  const passed = outcomes.filter(({ sent }) => sent).length;
  const next = await sendsOver(phone, direct);

  const gained = Math.ceil((Date.now() - startedAt) / (intervalSeconds * 1000));
  expect(passed).toBeGreaterThanOrEqual(atOnce);
  if (passed > atOnce + gained) {
    expect(next.error.code).toBe('rate_limited');
    expect(next.error.retryAfter).toBeGreaterThanOrEqual((passed + 1 - atOnce - gained) * intervalSeconds);
  }
  expect(await historyOf(bob, direct)).toHaveLength(passed + (next.sent ? 1 : 0));
});

it('takes a token for a direct message that is refused, as for any other', async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const direct = await createsDirect(ada, bob);
  await bob.does('PUT', `/api/me/blocks/${encodeURIComponent(ada.id)}`);

  let answer = await postsAs(ada, direct);
  for (let i = 0; i < 3 * atOnce && answer.status === 403; i += 1) answer = await postsAs(ada, direct);

  expect(answer.status).toBe(429);
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
