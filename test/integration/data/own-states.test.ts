import { describe, expect, it } from 'vitest';
import { ownView } from '../../../shared/domain/conversation.ts';
import { aParley, numbers, refusalOf } from './parley.ts';

const parley = aParley();

const given = async () => {
  const group = await parley.aGroup(['ada', 'bob']);
  return { group, bob: parley.caller('bob'), ...parley.instance };
};

describe('what a member keeps for themselves', () => {
  it('is written only where it changes', async () => {
    const { group, bob, ownStates } = await given();
    const patch = { muted: true, archived: true };
    const first = await ownStates.patch(bob, group, patch);
    parley.given.clock.forward({ hours: 1 });
    const before = await parley.given.items();
    expect(await ownStates.patch(bob, group, patch)).toEqual(first);
    expect(await ownStates.clearUnread(bob, group)).toEqual(first);
    expect(await parley.given.items()).toEqual(before);
  });

  it('leaves nothing behind once it is taken back', async () => {
    const { group, bob, ownStates } = await given();
    const fieldsOf = async () => Object.keys((await parley.placeOf('bob', group)).member ?? {});
    const before = await fieldsOf();
    await ownStates.patch(bob, group, { muted: true, pinned: true });
    await ownStates.markUnread(bob, group);
    await ownStates.patch(bob, group, { muted: false, pinned: false });
    await ownStates.clearUnread(bob, group);
    expect(await fieldsOf()).toEqual(before);
  });

  it('is for members alone', async () => {
    const { group, ownStates } = await given();
    const patch = (roles: ('member' | 'moderator' | 'service')[], user = 'eve') =>
      refusalOf(ownStates.patch(parley.caller(user, { roles }), group, { muted: true }));
    expect(await patch(['member'])).toBe('not_found');
    expect(await patch(['moderator'])).toBe('forbidden');
    expect(await patch(['service'])).toBe('forbidden');
    expect(await patch(['moderator'], 'bob')).toBeUndefined();
  });

  it('is tried again where the hourly refresh moved the membership meanwhile', async () => {
    const { group, bob, members } = await given();
    const { member } = await parley.placeOf('bob', group);
    parley.given.clock.forward({ hours: 1 });
    let moves = 1;
    const slow = parley.through(async ({ name }, pass) => {
      if (name === 'UpdateItem' && moves > 0 && member) {
        moves -= 1;
        await members.placeInInbox(parley.given.tenant, member, parley.given.clock.now().toISOString());
      }
      return pass();
    });
    expect(await slow.ownStates.patch(bob, group, { archived: true })).toMatchObject({ pinnedAt: null });
    expect((await parley.instance.inbox.page(bob, { limit: 1, archived: true })).items).toMatchObject([{ id: group }]);
  });
});

describe('an unread mark', () => {
  const marked = async () => {
    const { group, bob, ownStates } = await given();
    await parley.says('ada', group, 'Hello!');
    const seen = await ownStates.markUnread(bob, group);
    expect(seen).toMatchObject({ markedUnread: true });
    return { group, bob, seen };
  };
  const shown = async (group: string) => {
    const { conversation, member } = await parley.placeOf('bob', group);
    return ownView(conversation, member, parley.given.clock.now());
  };
  const raises = async (group: string, seen: { read?: number; delivered?: number }) =>
    parley.instance.receipts.raise(await parley.placeOf('bob', group), seen);

  it('goes with whatever is read, however little there was to read', async () => {
    const { group, bob, seen } = await marked();
    await raises(group, { read: 1 });
    expect(await shown(group)).toMatchObject({ markedUnread: false, lastReadSeq: 1, ownVersion: seen.ownVersion + 1 });

    await parley.instance.ownStates.markUnread(bob, group);
    await raises(group, { read: 0 });
    const after = await shown(group);
    expect(after).toMatchObject({ markedUnread: false, lastReadSeq: 1, ownVersion: seen.ownVersion + 3 });
    await raises(group, { read: 1 });
    expect(await shown(group)).toEqual(after);
  });

  it('goes with a read that met another device’s', async () => {
    const { group, bob } = await marked();
    const place = await parley.placeOf('bob', group);
    await raises(group, { read: 1 });
    await parley.instance.ownStates.markUnread(bob, group);
    await parley.instance.receipts.raise(place, { read: 1 });
    expect(await shown(group)).toMatchObject({ markedUnread: false });
  });

  it('stays with what is received, and with what was posted before it', async () => {
    const { group, bob } = await marked();
    await raises(group, { delivered: 1 });
    expect(await shown(group)).toMatchObject({ markedUnread: true });
    const { member } = await parley.placeOf('bob', group);
    const message = await parley.says('bob', group, 'Hello!');
    await parley.instance.ownStates.clearUnread(bob, group);
    const { ownVersion } = await parley.instance.ownStates.markUnread(bob, group);
    if (member)
      await parley.instance.receipts.raiseBySender(parley.given.tenant, {
        conversation: await parley.stateOf(group),
        sender: member,
        message,
      });
    expect(await shown(group)).toMatchObject({ markedUnread: true, lastReadSeq: 2, ownVersion: ownVersion + 1 });
  });
});

describe('the unread totals', () => {
  it('cost two round trips, and are of the newest thousand', async () => {
    const calls: string[] = [];
    const many = numbers(1_001).map((n) => ({ conversationId: `g-${String(n).padStart(22, '0')}`, lastReadSeq: 0 }));
    const counted = parley.through(async ({ name, input }, pass) => {
      calls.push(name);
      return name === 'Query' ? { Items: many.slice(0, input.Limit) } : pass();
    });
    expect(await counted.unread.totals(parley.caller('ada'))).toMatchObject({ messages: 0, isComplete: false });
    // The index beside the profile, then a hundred conversations a call, side by side.
    expect(calls.toSorted()).toEqual([...Array(11).fill('BatchGetItem'), 'Query']);
  });
});
