/** An answer shows what it answers, as that is now. */
import { expect, it } from 'vitest';
import { messageKey } from '../../shared/data/keys.ts';
import type { Message, ShownMessage } from '../../shared/protocol/message.ts';
import { expectStateEqualsFreshFetch, startFollowing } from '../support/follower.ts';
import { createsGroup, historyOf, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { pageOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const room = await createsGroup(ada, [bob]);
  const seen = async (message: Pick<Message, 'id'>) =>
    (await bob.does<ShownMessage>('GET', `/api/messages/${message.id}`)).quote;
  return { ada, bob, room, seen, path: `/api/conversations/${room.id}/messages` };
};

it('answers and tells of a reply with what it quotes, clipped', async () => {
  const { ada, bob, room, seen } = await given();
  const phone = await bob.connects();
  const attachments = [{ externalFileId: 'f', label: 'F' }];
  const question = await posts(ada, room, 'L'.repeat(150), { attachments, contentType: 'text/markdown' });

  const answer = await posts(ada, room, 'Yes', { replyTo: question.id });

  const quote = {
    messageId: question.id,
    senderId: 'ada',
    content: 'L'.repeat(100),
    contentType: 'text/markdown',
    attachmentCount: 1,
    status: 'sent',
  };
  expect(answer).toMatchObject({ replyTo: question.id, quote });
  expect(await phone.hearsEvent('message.new', ({ seq }) => seq === answer.seq)).toEqual(answer);
  expect(await seen(answer)).toEqual(quote);
});

it('shows the quoted message as it is now: edited, then deleted, in the history and alone', async () => {
  const { ada, bob, room, seen, path } = await given();
  const question = await posts(ada, room, 'Lunsh?');
  const answer = await posts(bob, room, 'Yes', { replyTo: question.id });
  const alone = async () => (await pageOf<ShownMessage>(bob, path, { after: question.seq })).items[0]?.quote;
  const together = async () => (await historyOf(bob, room)).find(({ seq }) => seq === answer.seq)?.quote;

  await ada.does('PATCH', `/api/messages/${question.id}`, { content: 'Lunch?' });
  for (const quote of [await seen(answer), await alone(), await together()])
    expect(quote).toMatchObject({ content: 'Lunch?', status: 'sent' });

  await ada.does('DELETE', `/api/messages/${question.id}`);
  for (const quote of [await seen(answer), await alone(), await together()])
    expect(quote).toMatchObject({ messageId: question.id, senderId: 'ada', content: null, status: 'deleted' });
  expect((await posts(bob, room, 'What was it?', { replyTo: question.id })).quote).toMatchObject({ status: 'deleted' });
});

it('keeps what was quoted once retention has removed the original', async () => {
  const { ada, bob, room, seen } = await given();
  const question = await posts(ada, room, 'Lunch?');
  const answer = await posts(bob, room, 'Yes', { replyTo: question.id });
  await storedIn(world.cloud).expire(messageKey(world.tenant, room.id, question.seq));

  expect((await bob.asks('GET', `/api/messages/${question.id}`)).status).toBe(404);
  expect(await seen(answer)).toMatchObject({ content: 'Lunch?', status: 'sent' });
  const problem = await bob.isRefused('invalid_request', 'POST', `/api/conversations/${room.id}/messages`, {
    clientMessageId: 'too late',
    content: 'Still there?',
    replyTo: question.id,
  });
  expect(problem.errors).toEqual([{ path: 'replyTo', message: 'is not a message of this conversation' }]);
});

it('quotes no void, and nothing of another conversation', async () => {
  const { ada, bob, room, path } = await given();
  const stored = storedIn(world.cloud);
  const number = await stored.takeNumber(world.tenant, room, 'ada', 'never stored');
  await stored.age(world.tenant, room);
  await historyOf(ada, room);
  const elsewhere = await posts(ada, await createsGroup(ada, [bob]), 'elsewhere');

  for (const replyTo of [`${room.id}.${number}`, `${room.id}.99`, elsewhere.id]) {
    const draft = { clientMessageId: 'c', content: 'Re', replyTo };
    const problem = await bob.isRefused('invalid_request', 'POST', path, draft);
    expect(problem.errors).toEqual([{ path: 'replyTo', message: 'is not a message of this conversation' }]);
  }
});

it('leaves no quote on an answer that was deleted', async () => {
  const { ada, bob, room, seen } = await given();
  const question = await posts(ada, room, 'Lunch?');
  const answer = await posts(bob, room, 'Yes', { replyTo: question.id });
  expect(await bob.does('DELETE', `/api/messages/${answer.id}`)).toMatchObject({ replyTo: question.id, quote: null });
  expect(await seen(answer)).toBeNull();
});

it('lets a client that follows show the same as one that fetches, whatever becomes of what is quoted, with frames late and twice', async () => {
  const { ada, bob, room } = await given();
  world.cloud.faults.add({
    function: 'Stream/fanout',
    batch: { duplicate: 0.5, delay: { probability: 0.5, ms: 100 } },
  });
  const phone = await startFollowing(bob, await bob.connects());
  const laptop = await startFollowing(ada, await ada.connects());

  const first = await posts(ada, room, 'first');
  const second = await says(laptop.device, room, 'second');
  const answers = [
    await posts(bob, room, 'to the first', { replyTo: first.id }),
    await posts(bob, room, 'to the second', { replyTo: second.messageId }),
  ];
  await posts(ada, room, 'to an answer', { replyTo: answers[0]?.id });
  await ada.does('PATCH', `/api/messages/${first.id}`, { content: 'first of all' });
  await bob.does('PATCH', `/api/messages/${answers[0]?.id}`, { content: 'to the very first' });
  await ada.does('DELETE', `/api/messages/${second.messageId}`);
  await bob.does('DELETE', `/api/messages/${answers[1]?.id}`);

  await world.cloud.settled();
  for (const follower of [phone, laptop]) await expectStateEqualsFreshFetch(follower);
});
