/** Who posts in a group, who adds to it, and what newcomers see of it. */
import { describe, expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import { expectStateEqualsFreshFetch, resumeFollowing, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { contentsOf, createsDirect, createsGroup, inboxOf, membersOf, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { pageOf, walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const defaults = {
  open: false,
  whoMayPost: 'everybody',
  whoMayAdd: 'admins',
  historyFrom: 'start',
  slowModeSeconds: 0,
  retentionDays: null,
};

const pathOf = ({ id }: Pick<OwnConversation, 'id'>) => `/api/conversations/${id}`;
const draft = (clientMessageId: string) => ({ clientMessageId, content: 'hello' });

/** A group of an owner, an admin and two plain members. */
const given = async (settings: Record<string, unknown> = {}) => {
  const [owner, admin, bob, cyd] = await Promise.all(
    ['owner', 'admin', 'bob', 'cyd'].map((name) => world.person(name)),
  );
  if (!owner || !admin || !bob || !cyd) throw new Error('There is nobody.');
  const group = await createsGroup(owner, [admin, bob, cyd], { settings });
  await owner.does('PATCH', `${pathOf(group)}/members/admin`, { role: 'admin' });
  const sets = (change: Record<string, unknown>, by = owner) =>
    by.does<OwnConversation>('PATCH', pathOf(group), { settings: change });
  return { owner, admin, bob, cyd, group, sets };
};

/** How far somebody has read, as somebody else sees it. */
const watermarkOf = async (of: Person, group: OwnConversation, by: Person) =>
  (await membersOf(by, group)).find(({ userId }) => userId === of.id)?.lastReadSeq;

const joins = async (person: Person, group: OwnConversation, by: Person) => {
  await by.does('POST', `${pathOf(group)}/members`, { memberIds: [person.id] });
};

describe('settings', () => {
  it('are what a group is founded with, the usual where it says nothing, and change one by one', async () => {
    const ada = await world.person('ada');
    expect((await createsGroup(ada, [])).settings).toEqual(defaults);
    const founded = await createsGroup(ada, [], { settings: { whoMayPost: 'admins', slowModeSeconds: 5 } });
    expect(founded.settings).toEqual({ ...defaults, whoMayPost: 'admins', slowModeSeconds: 5 });

    const change = { whoMayAdd: 'everybody', historyFrom: 'join', retentionDays: 30, open: true };
    const changed = await ada.does<OwnConversation>('PATCH', pathOf(founded), { settings: change });
    expect(changed).toMatchObject({ settings: { ...founded.settings, ...change }, rev: 1 });
    const again = await ada.does<OwnConversation>('PATCH', pathOf(founded), { settings: change });
    expect(again.rev, 'nothing changed').toBe(1);
    const back = await ada.does<OwnConversation>('PATCH', pathOf(founded), { settings: { retentionDays: null } });
    expect(back.settings).toEqual({ ...changed.settings, retentionDays: null });
    expect(await ada.does('GET', pathOf(founded))).toEqual(back);
  });

  it('of a conversation that was stored before they were known are the usual', async () => {
    const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
    const group = await createsGroup(ada, [bob], { settings: { open: true } });
    await posts(ada, group, 'hello');
    await storedIn(world.cloud).asFoundedBefore(world.tenant, group);

    expect(await bob.does('GET', pathOf(group))).toMatchObject({ settings: { ...defaults, open: true } });
    expect(await inboxOf(bob)).toMatchObject([{ unreadCount: 1, lastMessage: { content: 'hello' } }]);
    await posts(bob, group, 'hi');
    await ada.does('PATCH', pathOf(group), { settings: { whoMayPost: 'admins' } });
    await bob.isRefused('forbidden', 'POST', `${pathOf(group)}/messages`, draft('c1'));
  });

  it('are told to every member', async () => {
    const { owner, bob, group, sets } = await given();
    const [followed, own] = [
      await startFollowing(bob, await bob.connects()),
      await startFollowing(owner, await owner.connects()),
    ];
    await sets({ whoMayPost: 'admins', slowModeSeconds: 60 });
    const told = await followed.device.hearsEvent('conversation.updated', ({ id }) => id === group.id);
    expect(told.settings).toEqual({ ...defaults, whoMayPost: 'admins', slowModeSeconds: 60 });
    await world.cloud.settled();
    await expectStateEqualsFreshFetch(followed);
    await expectStateEqualsFreshFetch(own);
  });

  it.each([
    ['open', null, 'must be true or false'],
    ['whoMayPost', 'owners', 'must be one of "everybody", "admins"'],
    ['whoMayPost', null, 'must be one of "everybody", "admins"'],
    ['whoMayAdd', 'nobody', 'must be one of "admins", "everybody"'],
    ['historyFrom', 7, 'must be one of "start", "join"'],
    ['slowModeSeconds', -1, 'must be at least 0'],
    ['slowModeSeconds', 3_601, 'must be at most 3600'],
    ['slowModeSeconds', 1.5, 'must be a whole number'],
    ['slowModeSeconds', '5', 'must be a number'],
    ['slowModeSeconds', null, 'must be a number'],
    ['retentionDays', 0, 'must be at least 1'],
    ['retentionDays', 3_651, 'must be at most 3650'],
    ['retentionDays', 91, "must be at most 90, the tenant's retention"],
    ['retentionDays', '7', 'must be a number'],
    ['colour', 'red', 'is not known here'],
  ])('refuse %s: %j, which %s, and change nothing', async (name, value, sentence) => {
    const ada = await world.person('ada');
    const group = await createsGroup(ada, []);
    const settings = { slowModeSeconds: 7, [name]: value };
    const errors = [{ path: `settings.${name}`, message: sentence }];
    const bodies: [string, string, Record<string, unknown>][] = [
      ['PATCH', pathOf(group), { title: 'Other', settings }],
      ['POST', '/api/conversations', { type: 'group', memberIds: [], settings }],
    ];
    for (const [method, path, body] of bodies) {
      expect(await ada.isRefused('invalid_request', method, path, body)).toMatchObject({ errors });
    }
    expect(await ada.does('GET', pathOf(group))).toEqual(group);
    expect(await inboxOf(ada)).toHaveLength(1);
  });

  it('are of groups alone', async () => {
    const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
    const direct = await createsDirect(ada, bob);
    for (const settings of [{ slowModeSeconds: 5 }, { retentionDays: 7 }, { historyFrom: 'join' }]) {
      await ada.isRefused('direct_conversation', 'PATCH', pathOf(direct), { settings });
      const request = { type: 'direct', memberIds: ['bob'], settings };
      await ada.isRefused('direct_conversation', 'POST', '/api/conversations', request);
    }
  });
});

describe('where admins post', () => {
  it('owners, admins and the host’s backend do, and plain members do not, over HTTP and sockets', async () => {
    const { owner, admin, bob, group } = await given({ whoMayPost: 'admins' });
    const host = await world.service();
    for (const [i, who] of [owner, admin, host].entries()) await posts(who, group, `message ${i}`);
    const phone = await bob.connects();

    await bob.isRefused('forbidden', 'POST', `${pathOf(group)}/messages`, draft('c1'));
    const refused = await phone.isRefused('message.send', { conversationId: group.id, ...draft('c2') });
    expect(refused).toMatchObject({ code: 'forbidden' });

    expect(await contentsOf(bob, group)).toEqual(['message 0', 'message 1', 'message 2']);
    expect(await bob.does('GET', pathOf(group)), 'no number was taken').toMatchObject({ seq: 3 });
  });

  it('plain members cannot say something new by editing, but delete what they said', async () => {
    const { bob, group, sets } = await given();
    const message = await posts(bob, group, 'hello');
    await sets({ whoMayPost: 'admins' });
    await bob.isRefused('forbidden', 'PATCH', `/api/messages/${message.id}`, { content: 'news' });
    expect(await bob.does('DELETE', `/api/messages/${message.id}`)).toMatchObject({ status: 'deleted' });
  });

  it('whoever is made an admin posts at once, and whoever is none any more does not', async () => {
    const { owner, bob, admin, group } = await given({ whoMayPost: 'admins' });
    await owner.does('PATCH', `${pathOf(group)}/members/bob`, { role: 'admin' });
    await posts(bob, group, 'hello');
    await owner.does('PATCH', `${pathOf(group)}/members/admin`, { role: 'member' });
    await admin.isRefused('forbidden', 'POST', `${pathOf(group)}/messages`, draft('c1'));
  });

  it('a send that is under way when the group is closed to members takes no number', async () => {
    const { bob, group, sets } = await given();
    // Between its first read and its number.
    world.cloud.faults.add({
      function: 'Http/messages-create',
      action: 'dynamodb:UpdateItem',
      fault: { kind: 'delay', ms: 700 },
    });
    const sending = bob.asks('POST', `${pathOf(group)}/messages`, draft('c1'));
    await expect
      .poll(() =>
        world.cloud.meter.calls({ function: 'Http/messages-create' }).some(({ action }) => /BatchGet/.test(action)),
      )
      .toBe(true);
    await sets({ whoMayPost: 'admins' });

    expect(await sending).toMatchObject({ status: 403 });
    expect(await bob.does('GET', pathOf(group))).toMatchObject({ seq: 0, lastMessage: null });
  });
});

describe('where everybody adds', () => {
  it('plain members add plain members, and make or remove nobody else', async () => {
    const { owner, bob, cyd, group, sets } = await given();
    const add = (body: Record<string, unknown>) => ['POST', `${pathOf(group)}/members`, body] as const;
    await bob.isRefused('forbidden', ...add({ memberIds: ['dan'] }));
    await sets({ whoMayAdd: 'everybody' });

    await bob.does(...add({ memberIds: ['dan', 'eve'] }));
    await bob.isRefused('forbidden', ...add({ memberIds: ['fay'], role: 'admin' }));
    await bob.isRefused('forbidden', 'DELETE', `${pathOf(group)}/members/dan`);
    await (await world.person('zoe')).isRefused('not_found', ...add({ memberIds: ['zoe'] }));
    expect((await membersOf(cyd, group)).map(({ userId }) => userId)).toEqual([
      'admin',
      'bob',
      'cyd',
      'dan',
      'eve',
      'owner',
    ]);

    await sets({ whoMayAdd: 'admins' }, owner);
    await bob.isRefused('forbidden', ...add({ memberIds: ['fay'] }));
  });
});

describe('where history begins with one’s joining', () => {
  it('newcomers see nothing from before, by no way, and everything from then on', async () => {
    const { owner, bob, group } = await given({ historyFrom: 'join' });
    const old = await posts(bob, group, 'old', { attachments: [{ externalFileId: 'f', label: 'secret' }] });
    await posts(bob, group, 'older than zoe');
    const zoe = await world.person('zoe');
    await joins(zoe, group, owner);

    expect(await inboxOf(zoe)).toMatchObject([{ seq: 2, joinedSeq: 2, unreadCount: 0, lastMessage: null }]);
    expect(await zoe.does('GET', pathOf(group))).toMatchObject({ lastMessage: null });
    const messages = `${pathOf(group)}/messages`;
    const nothing = { items: [], nextCursor: null, hasMore: false };
    for (const query of [{}, { after: 0 }, { before: 3 }, { after: 1 }]) {
      expect(await pageOf(zoe, messages, query)).toEqual(nothing);
    }
    await zoe.isRefused('not_found', 'GET', `/api/messages/${old.id}`);
    await zoe.isRefused('not_found', 'PATCH', `/api/messages/${old.id}`, { content: 'mine' });
    await zoe.isRefused('not_found', 'DELETE', `/api/messages/${old.id}`);
    const reply = { ...draft('r1'), replyTo: old.id };
    const problem = await zoe.isRefused('invalid_request', 'POST', messages, reply);
    expect(problem.errors).toEqual([{ path: 'replyTo', message: 'is not a message of this conversation' }]);

    const seen = await posts(owner, group, 'new');
    await posts(zoe, group, 'thanks', { replyTo: seen.id });
    expect(await contentsOf(zoe, group)).toEqual(['new', 'thanks']);
    expect(await contentsOf(bob, group)).toEqual(['old', 'older than zoe', 'new', 'thanks']);
    expect(await inboxOf(bob)).toMatchObject([{ unreadCount: 2 }]);
  });

  it('newcomers who look before it is filed hear how far the sender of what they do not see has read', async () => {
    const { owner, bob, group } = await given({ historyFrom: 'join' });
    const unfiled = { function: 'Stream/fanout', action: 'dynamodb:UpdateItem' };
    const takeBack = world.cloud.faults.add({ ...unfiled, fault: { kind: 'throttle' } });
    await posts(owner, group, 'not read by bob');
    await posts(bob, group, 'before zoe');
    const zoe = await world.person('zoe');
    await joins(zoe, group, owner);
    const follower = await startFollowing(zoe, await zoe.connects());
    expect(await watermarkOf(bob, group, zoe)).toBe(0);
    takeBack();
    await world.cloud.settled();
    expect(await watermarkOf(bob, group, zoe)).toBe(2);
    await expectStateEqualsFreshFetch(follower);
  });

  it('pages of a newcomer begin where they joined, whatever their size', async () => {
    const { owner, group } = await given({ historyFrom: 'join' });
    const host = await world.service();
    for (let i = 1; i <= 6; i += 1) await posts(host, group, `before ${i}`);
    const zoe = await world.person('zoe');
    await joins(zoe, group, owner);
    for (let i = 7; i <= 12; i += 1) await posts(host, group, `after ${i}`);
    for (const limit of [1, 2, 3, 5, 6, 7, 12]) {
      for (const start of [{}, { before: 13 }, { after: 0 }, { after: 6 }]) {
        const walked = (await walkOf<Message>(zoe, `${pathOf(group)}/messages`, limit, start)).flat();
        expect(
          walked.map(({ seq }) => seq).sort((a, b) => a - b),
          JSON.stringify({ limit, start }),
        ).toEqual([7, 8, 9, 10, 11, 12]);
      }
    }
  });

  it('founders, moderators and the host see all of it; who leaves and comes back begins anew', async () => {
    const { owner, bob, group } = await given({ historyFrom: 'join' });
    await posts(owner, group, 'one');
    await bob.does('DELETE', `${pathOf(group)}/leave`);
    await posts(owner, group, 'two');
    await joins(bob, group, owner);
    await posts(owner, group, 'three');
    expect(await contentsOf(bob, group)).toEqual(['three']);
    const moderator = await world.person('mod', { roles: ['moderator'] });
    for (const who of [owner, moderator, await world.service()]) {
      expect(await contentsOf(who, group)).toEqual(['one', 'two', 'three']);
    }
  });

  it('holds for what was said already as soon as it is set, and no longer when it is taken back', async () => {
    const { owner, bob, group, sets } = await given();
    await posts(bob, group, 'one');
    const zoe = await world.person('zoe');
    await joins(zoe, group, owner);
    await posts(bob, group, 'two');
    expect(await contentsOf(zoe, group)).toEqual(['one', 'two']);
    await sets({ historyFrom: 'join' });
    expect(await contentsOf(zoe, group)).toEqual(['two']);
    await sets({ historyFrom: 'start' });
    expect(await contentsOf(zoe, group)).toEqual(['one', 'two']);
  });

  it('newcomers hear nothing of what was before them, and miss nothing', async () => {
    const { owner, bob, group, sets } = await given({ historyFrom: 'join' });
    const phone = await startFollowing(bob, await bob.connects());
    const [one, two] = [await posts(bob, group, 'secret one'), await posts(bob, group, 'secret two')];
    const zoe = await world.person('zoe');
    const hers = await startFollowing(zoe, await zoe.connects());
    await joins(zoe, group, owner);
    expect(await hers.device.hearsEvent('conversation.new')).toMatchObject({ seq: 2, lastMessage: null });
    await hers.catchUp();

    await bob.does('PATCH', `/api/messages/${one.id}`, { content: 'secret edit' });
    await owner.does('PATCH', pathOf(group), { title: 'Renamed' });
    await owner.does('DELETE', `/api/messages/${two.id}`);
    await world.cloud.settled();
    await hers.device.catchesUp();
    expect(hers.device.heard('revision.hidden')).toHaveLength(2);
    expect(hers.device.heard('conversation.updated')).toMatchObject([{ title: 'Renamed', lastMessage: null }]);
    expect(JSON.stringify(hers.device.frames)).not.toContain('secret');
    await expectStateEqualsFreshFetch(hers);

    await says(phone.device, group, 'for all');
    await world.cloud.settled();
    for (const follower of [phone, hers]) await expectStateEqualsFreshFetch(follower);

    for (const historyFrom of ['start', 'join']) {
      await sets({ historyFrom });
      await bob.does('PATCH', `/api/messages/${one.id}`, { content: `edit while ${historyFrom}` });
      await world.cloud.settled();
      for (const follower of [phone, hers]) await expectStateEqualsFreshFetch(follower);
    }
  });

  it('newcomers neither react to what was before them, nor read or hear how others do', async () => {
    const { owner, bob, group } = await given({ historyFrom: 'join' });
    const { id } = await posts(bob, group, 'secret');
    const path = `/api/messages/${id}/reactions`;
    await owner.does('POST', path, { emoji: '👍' });
    const zoe = await world.person('zoe');
    const hers = await startFollowing(zoe, await zoe.connects());
    await world.cloud.settled();
    await joins(zoe, group, owner);
    await hers.device.hearsEvent('conversation.new');
    await hers.catchUp();

    await zoe.isRefused('not_found', 'GET', path);
    await zoe.isRefused('not_found', 'POST', path, { emoji: '👍' });
    await zoe.isRefused('not_found', 'DELETE', `${path}/${encodeURIComponent('👍')}`);
    await bob.does('POST', path, { emoji: '🎉' });
    await world.cloud.settled();
    await hers.device.catchesUp();
    expect(hers.device.heard('reaction.added')).toEqual([]);
    expect(hers.device.heard('revision.hidden')).toEqual([{ conversationId: group.id, rev: 4 }]);
    await expectStateEqualsFreshFetch(hers);
    await hers.device.closes();

    await owner.does('DELETE', `${path}/${encodeURIComponent('👍')}`);
    await world.cloud.settled();
    const back = await resumeFollowing(hers, await zoe.connects());
    expect(back.pages[0]?.conversations).toMatchObject([
      { refetch: false, changed: [], changes: [], position: { rev: 5 } },
    ]);
    await expectStateEqualsFreshFetch(back);
  });

  it('newcomers are not shown what is quoted from before them, and enter no thread of it', async () => {
    const { owner, bob, group, sets } = await given({ historyFrom: 'join' });
    const phone = await startFollowing(bob, await bob.connects());
    const old = await posts(bob, group, 'secret');
    const zoe = await world.person('zoe');
    const hers = await startFollowing(zoe, await zoe.connects());
    await world.cloud.settled();
    await joins(zoe, group, owner);
    await hers.device.hearsEvent('conversation.new');
    await hers.catchUp();

    const answer = await posts(owner, group, 'an answer', { replyTo: old.id });
    const reply = await posts(owner, group, 'a reply', { threadId: old.id, inConversation: true });
    await owner.does('PATCH', `/api/messages/${answer.id}`, { content: 'the answer' });
    await owner.does('PUT', `/api/messages/${answer.id}/pin`);
    expect(answer).toMatchObject({ quote: { content: 'secret' } });
    await world.cloud.settled();

    const path = pathOf(group);
    const { items } = await pageOf<Message>(zoe, `${path}/messages`, {});
    expect(items).toMatchObject([
      { id: reply.id, threadId: old.id },
      { id: answer.id, quote: null },
    ]);
    expect(await zoe.does('GET', `/api/messages/${answer.id}`)).toMatchObject({ quote: null });
    expect(await zoe.does('GET', `${path}/pins`)).toMatchObject({ pins: [{ message: { quote: null } }] });
    await zoe.isRefused('not_found', 'GET', `/api/messages/${old.id}/replies`);
    await zoe.isRefused('not_found', 'PUT', `/api/messages/${old.id}/replies/read`, {});
    await zoe.isRefused('not_found', 'POST', `/api/messages/${old.id}/hide`);
    const refused = await zoe.isRefused('invalid_request', 'POST', `${path}/messages`, {
      ...draft('r2'),
      threadId: old.id,
    });
    expect(refused.errors).toEqual([{ path: 'threadId', message: 'is not a message of this conversation' }]);
    await hers.device.catchesUp();
    expect(hers.device.heard('thread.updated')).toEqual([]);
    expect(JSON.stringify(hers.device.frames)).not.toContain('secret');
    for (const follower of [phone, hers]) await expectStateEqualsFreshFetch(follower);
    await hers.device.closes();

    await posts(bob, group, 'once more', { replyTo: old.id });
    await posts(bob, group, 'another reply', { threadId: old.id });
    await world.cloud.settled();
    const back = await resumeFollowing(hers, await zoe.connects());
    expect(JSON.stringify(back.pages)).not.toContain('secret');
    expect(back.pages[0]?.conversations).toMatchObject([{ refetch: false, threads: [] }]);
    await expectStateEqualsFreshFetch(back);

    await sets({ historyFrom: 'start' });
    await world.cloud.settled();
    expect(await zoe.does('GET', `/api/messages/${answer.id}`)).toMatchObject({ quote: { content: 'secret' } });
    for (const follower of [phone, back]) await expectStateEqualsFreshFetch(follower);
  });

  it('a newcomer who was away syncs nothing from before, and begins anew where they were out and came back', async () => {
    const { owner, bob, group, sets } = await given({ historyFrom: 'join' });
    const one = await posts(bob, group, 'secret one');
    const zoe = await world.person('zoe');
    await joins(zoe, group, owner);
    await posts(owner, group, 'for zoe');
    const first = await startFollowing(zoe, await zoe.connects());
    await first.device.closes();

    await bob.does('PATCH', `/api/messages/${one.id}`, { content: 'secret edit' });
    await posts(owner, group, 'for zoe too');
    await world.cloud.settled();
    const second = await resumeFollowing(first, await zoe.connects());
    await expectStateEqualsFreshFetch(second);
    expect(JSON.stringify(second.pages)).not.toContain('secret');
    expect(second.pages[0]?.conversations).toMatchObject([
      { refetch: false, changed: [], position: { seq: 3, rev: 3 } },
    ]);
    await second.device.closes();

    await zoe.does('DELETE', `${pathOf(group)}/leave`);
    await posts(bob, group, 'secret while she was out');
    await joins(zoe, group, owner);
    await posts(bob, group, 'for zoe again');
    await world.cloud.settled();
    const third = await resumeFollowing(second, await zoe.connects());
    expect(third.pages[0]?.conversations).toMatchObject([{ refetch: true }]);
    await expectStateEqualsFreshFetch(third);
    expect(JSON.stringify(third.pages)).not.toContain('secret');
    await third.device.closes();

    await sets({ historyFrom: 'start' });
    const fourth = await resumeFollowing(third, await zoe.connects());
    await expectStateEqualsFreshFetch(fourth);
    expect(await contentsOf(zoe, group)).toHaveLength(5);
  });
});
