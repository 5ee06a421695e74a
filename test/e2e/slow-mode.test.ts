/** Slow mode: a plain member posts one message, and waits. */
import { expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import { expectStateEqualsFreshFetch, startFollowing } from '../support/follower.ts';
import { insistsOnPosting } from '../support/persistence.ts';
import { contentsOf, createsGroup, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const given = async (slowModeSeconds = 600) => {
  const [owner, admin, bob, cyd] = await Promise.all(
    ['owner', 'admin', 'bob', 'cyd'].map((name) => world.person(name)),
  );
  if (!owner || !admin || !bob || !cyd) throw new Error('There is nobody.');
  const group = await createsGroup(owner, [admin, bob, cyd], { settings: { slowModeSeconds } });
  const path = `/api/conversations/${group.id}`;
  await owner.does('PATCH', `${path}/members/admin`, { role: 'admin' });
  return {
    owner,
    admin,
    bob,
    cyd,
    group,
    messages: `${path}/messages`,
    isSlowBy: (seconds: number) =>
      owner.does<OwnConversation>('PATCH', path, { settings: { slowModeSeconds: seconds } }),
    timePasses: (seconds: number) => storedIn(world.cloud).ageTurn(world.tenant, 'bob', group, seconds),
  };
};

const draft = (clientMessageId: string, content = clientMessageId) => ({ clientMessageId, content });

it('lets a plain member post once and then wait, and says for how long, over HTTP and sockets', async () => {
  const { bob, group, messages, timePasses } = await given();
  const phone = await bob.connects();
  await says(phone, group, 'one', 'c1');

  const answer = await bob.asks<{ code: string; retryAfter: number }>('POST', messages, draft('c2'));
  expect(answer).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  expect(answer.body.retryAfter).toBeGreaterThan(590);
  expect(answer.body.retryAfter).toBeLessThanOrEqual(600);
  expect(answer.headers.get('retry-after')).toBe(String(answer.body.retryAfter));
  const frame = await phone.isRefused('message.send', { conversationId: group.id, ...draft('c3') });
  expect(frame).toMatchObject({ code: 'rate_limited', message: 'Slow mode: one message every 600 seconds.' });
  expect(await bob.does('GET', `/api/conversations/${group.id}`), 'no number was taken').toMatchObject({ seq: 1 });

  await timePasses(600);
  await posts(bob, group, 'two');
  await bob.isRefused('rate_limited', 'POST', messages, draft('c4'));
  expect(await contentsOf(bob, group)).toEqual(['one', 'two']);
});

it('tells nobody of what it refuses: state plus events equals a fresh fetch', async () => {
  const { bob, cyd, group, messages } = await given();
  const phone = await startFollowing(cyd, await cyd.connects());
  await posts(bob, group, 'one');
  await bob.isRefused('rate_limited', 'POST', messages, draft('c1'));
  await says(phone.device, group, 'two');
  await phone.device.isRefused('message.send', { conversationId: group.id, ...draft('c2') });
  await world.cloud.settled();
  await expectStateEqualsFreshFetch(phone);
  expect(new Set(phone.device.heard('message.new').map(({ content }) => content))).toEqual(new Set(['one']));
});

it('lets each member have turns of their own, in each conversation', async () => {
  const { owner, bob, cyd, group, messages } = await given();
  const other = await createsGroup(owner, [bob], { settings: { slowModeSeconds: 600 } });
  for (const [who, where] of [
    [bob, group],
    [cyd, group],
    [bob, other],
  ] as const) {
    await posts(who, where, 'hello');
  }
  await cyd.isRefused('rate_limited', 'POST', messages, draft('c9'));
});

it('makes owners, admins and the host’s backend wait for nothing', async () => {
  const { owner, admin, group } = await given();
  for (const who of [owner, admin, await world.service()]) {
    for (const content of ['one', 'two', 'three']) await posts(who, group, content);
  }
  expect(await contentsOf(owner, group)).toHaveLength(9);
});

it('lets one of many at once through, and refuses the others without a trace', async () => {
  const { bob, cyd, group, messages } = await given();
  // Both kinds of instances: those that know already that it is slow, and those that do not.
  for (const who of [bob, cyd]) {
    const insists = async (clientMessageId: string): Promise<number> => {
      const { status } = await who.asks('POST', messages, draft(clientMessageId));
      // A machine that is busy may have no instance to spare.
      return status < 500 ? status : insists(clientMessageId);
    };
    const statuses = await Promise.all(['c1', 'c2', 'c3', 'c4'].map(insists));
    expect(statuses.sort()).toEqual([201, 429, 429, 429]);
  }
  expect(await bob.does('GET', `/api/conversations/${group.id}`)).toMatchObject({ seq: 2 });
  expect(await contentsOf(bob, group)).toHaveLength(2);
});

it('answers a repeated clientMessageId with what was stored, however soon, which costs no turn', async () => {
  const { bob, messages, timePasses } = await given();
  const first = await bob.does('POST', messages, draft('c1'));
  expect(await bob.does('POST', messages, draft('c1'))).toEqual(first);
  await timePasses(600);
  expect(await bob.does('POST', messages, draft('c1'))).toEqual(first);
  await bob.does('POST', messages, draft('c2'));
  expect(await bob.does('POST', messages, draft('c1'))).toEqual(first);
  await bob.isRefused('rate_limited', 'POST', messages, draft('c3'));
});

it('does not let an attempt that died stand in the way of its repetition, whichever call it died at', async () => {
  for (const kind of ['crash-before', 'crash-after'] as const) {
    for (let after = 0; after < 6; after += 1) {
      const { bob, group, messages } = await given();
      world.cloud.faults.add({ function: 'Http/messages-create', after, times: 1, fault: { kind } });
      const wish = { conversation: group, content: 'hello', clientMessageId: 'c1' };
      expect(await insistsOnPosting(bob, wish), `${kind} ${after}`).toMatchObject({ attempts: 2 });
      world.cloud.faults.clear();
      // Nobody may send much in a minute: the other wait would come in between.
      if (after === 5) await bob.isRefused('rate_limited', 'POST', messages, draft('c2'));
    }
  }
}, 60_000);

it('goes by what is set now: a shorter wait is over sooner, a longer one later, none at once', async () => {
  const { bob, group, messages, isSlowBy, timePasses } = await given(60);
  await posts(bob, group, 'one');
  await timePasses(30);
  await bob.isRefused('rate_limited', 'POST', messages, draft('c1'));
  await isSlowBy(20);
  await posts(bob, group, 'two');
  await timePasses(30);
  await isSlowBy(3_600);
  await bob.isRefused('rate_limited', 'POST', messages, draft('c2'));
  await isSlowBy(0);
  for (const content of ['three', 'four']) await posts(bob, group, content);
  expect(await contentsOf(bob, group)).toEqual(['one', 'two', 'three', 'four']);
});

it('lets who is made an admin post at once, and asks who may not post for no turn', async () => {
  const { owner, bob, cyd, group, messages } = await given();
  await posts(bob, group, 'one');
  await owner.does('PATCH', `/api/conversations/${group.id}/members/bob`, { role: 'admin' });
  for (const content of ['two', 'three']) await posts(bob, group, content);
  await owner.does('PATCH', `/api/conversations/${group.id}`, { settings: { whoMayPost: 'admins' } });
  await cyd.isRefused('forbidden', 'POST', messages, draft('c1'));
  await (await world.person('zoe')).isRefused('not_found', 'POST', messages, draft('c1'));
});
