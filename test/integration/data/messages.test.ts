import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../shared/protocol/message.ts';
import { aParley, numbers, refusalOf } from './parley.ts';

const parley = aParley();

const edit = (user: string, id: string, content: string, more: { expectedVersion?: number } = {}): Promise<Message> =>
  parley.instance.messages.edit(parley.caller(user), id, { content, ...more });
const remove = (user: string, id: string): Promise<Message> => parley.instance.messages.remove(parley.caller(user), id);

describe('an edit', () => {
  it('gives the message its new content, a version and a revision of the conversation', async () => {
    const lobby = await parley.aGroup();
    const { id } = await parley.says('ada', lobby, 'helo');
    parley.given.clock.forward({ seconds: 1 });

    const edited = await edit('ada', id, 'hello');

    expect(edited).toMatchObject({ content: 'hello', version: 2, rev: 1, seq: 1, status: 'sent' });
    expect(edited.editedAt).toBe(parley.given.clock.now().toISOString());
    expect(await parley.historyOf('ada', lobby)).toEqual([edited]);
    expect(await parley.instance.messages.get(parley.caller('ada'), id)).toMatchObject(edited);
  });

  it('files a change that points at the message', async () => {
    const lobby = await parley.aGroup();
    const { id } = await parley.says('ada', lobby, 'helo');
    await edit('ada', id, 'hello');

    expect(await parley.changesOf(lobby)).toMatchObject([{ kind: 'message.updated', rev: 1, seq: 1, by: 'ada' }]);
    expect((await parley.stateOf(lobby)).rev).toBe(1);
  });

  it('of the newest message shows in the conversation, of an older one does not', async () => {
    const lobby = await parley.aGroup();
    const first = await parley.says('ada', lobby, 'one');
    const newest = await parley.says('ada', lobby, 'two');
    await edit('ada', first.id, 'ONE');
    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({ content: 'two', messageId: newest.id });

    await edit('ada', newest.id, 'TWO');
    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({ content: 'TWO', messageId: newest.id, seq: 2 });
  });

  it('that is sent again makes no new version', async () => {
    const lobby = await parley.aGroup();
    const { id } = await parley.says('ada', lobby, 'helo', {
      attachments: [{ externalFileId: 'f-1', label: 'A file' }],
    });
    const attachments = [{ externalFileId: 'f-2', label: 'Another' }];
    const again = () => parley.instance.messages.edit(parley.caller('ada'), id, { content: 'hello', attachments });

    expect(await again()).toEqual(await again());
    expect((await parley.stateOf(lobby)).rev).toBe(1);
  });

  it('with the version of an older state is refused with the current one', async () => {
    const lobby = await parley.aGroup();
    const { id } = await parley.says('ada', lobby, 'one');
    const current = await edit('ada', id, 'two', { expectedVersion: 1 });

    await expect(edit('ada', id, 'three', { expectedVersion: 1 })).rejects.toMatchObject({
      code: 'version_conflict',
      details: { current },
    });
  });

  it('of two that expect the same version, lets one through', async () => {
    const lobby = await parley.aGroup();
    const { id } = await parley.says('ada', lobby, 'one');

    const outcomes = await Promise.all(
      ['two', 'three'].map((content) => refusalOf(edit('ada', id, content, { expectedVersion: 1 }))),
    );

    expect(outcomes.toSorted()).toEqual(['version_conflict', undefined]);
  });

  it('is for the sender only', async () => {
    const lobby = await parley.aGroup(['ada', 'bob']);
    const { id } = await parley.says('bob', lobby, 'mine');

    expect(await refusalOf(edit('ada', id, 'yours'))).toBe('forbidden');
    expect(await refusalOf(edit('eve', id, 'yours'))).toBe('not_found');
  });

  it('is refused to a sender who has left', async () => {
    const lobby = await parley.aGroup(['ada', 'bob']);
    const { id } = await parley.says('bob', lobby, 'mine');
    await parley.instance.members.leave(await parley.placeOf('bob', lobby));

    expect(await refusalOf(edit('bob', id, 'still mine'))).toBe('not_found');
  });

  it('does not lengthen a message’s life', async () => {
    const lobby = await parley.aGroup();
    const { id } = await parley.says('ada', lobby, 'one');
    parley.given.clock.forward({ days: 89 });
    await edit('ada', id, 'two');
    parley.given.clock.forward({ days: 1 });

    expect(await parley.historyOf('ada', lobby)).toEqual([]);
    expect(await refusalOf(edit('ada', id, 'three'))).toBe('not_found');
  });

  it('meets sends at the same moment, and neither is lost', async () => {
    const lobby = await parley.aGroup();
    const { id } = await parley.says('ada', lobby, 'one');

    await Promise.all([
      ...numbers(10).map((n) => parley.says('ada', lobby, `message ${n}`)),
      ...numbers(5).map((n) => edit('ada', id, `edit ${n}`)),
    ]);

    const history = await parley.historyOf('ada', lobby);
    expect(history.map((one) => one.seq)).toEqual(numbers(11));
    const state = await parley.stateOf(lobby);
    expect(state).toMatchObject({ seq: 11, rev: 5 });
    expect(state.lastMessage).toMatchObject({ seq: 11, content: history[10]?.content });
  });
});

describe('a deletion', () => {
  it('leaves a tombstone without content', async () => {
    const lobby = await parley.aGroup();
    const message = await parley.says('ada', lobby, 'secret', {
      attachments: [{ externalFileId: 'f-1', label: 'secret file' }],
    });

    const tombstone = await remove('ada', message.id);

    expect(tombstone).toMatchObject({
      status: 'deleted',
      content: null,
      attachments: [],
      deletedBy: 'ada',
      version: 2,
    });
    expect(await parley.historyOf('ada', lobby)).toEqual([tombstone]);
    const items = await parley.given.items();
    const others = items.filter(({ SK }) => !String(SK).startsWith('HIST#'));
    expect(JSON.stringify(others)).not.toContain('secret');
    expect(items.length - others.length, 'moderation needs what it was').toBe(1);
  });

  it('takes the content out of the conversation’s preview', async () => {
    const lobby = await parley.aGroup();
    const { id } = await parley.says('ada', lobby, 'secret');
    await remove('ada', id);
    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({
      messageId: id,
      content: null,
      status: 'deleted',
    });
  });

  it('is the same when it is repeated', async () => {
    const lobby = await parley.aGroup(['ada', 'bob']);
    const { id } = await parley.says('bob', lobby, 'one');
    const tombstone = await remove('bob', id);
    parley.given.clock.forward({ seconds: 1 });

    expect(await remove('bob', id)).toEqual(tombstone);
    expect(await remove('ada', id)).toEqual(tombstone);
    expect((await parley.stateOf(lobby)).rev).toBe(1);
  });

  it('is for its sender and for managers', async () => {
    const lobby = await parley.aGroup(['ada', 'bob', 'cyd']);
    const [one, two] = [await parley.says('bob', lobby, 'one'), await parley.says('bob', lobby, 'two')];

    expect(await refusalOf(remove('cyd', one.id))).toBe('forbidden');
    expect((await remove('bob', one.id)).deletedBy).toBe('bob');
    expect((await remove('ada', two.id)).deletedBy).toBe('ada');
  });

  it('cannot be edited away', async () => {
    const lobby = await parley.aGroup();
    const { id } = await parley.says('ada', lobby, 'one');
    await remove('ada', id);
    expect(await refusalOf(edit('ada', id, 'two'))).toBe('message_deleted');
  });
});

describe('looking up a message', () => {
  it('finds nothing in another tenant, in another conversation, beyond the newest, or where a number is void', async () => {
    const [lobby, hall] = [await parley.aGroup(), await parley.aGroup()];
    const { id } = await parley.says('ada', lobby, 'one');
    const get = (messageId: string, conversationId?: string, tenant = parley.given.tenant) =>
      refusalOf(parley.instance.messages.find({ ...parley.caller('ada'), tenant }, messageId, conversationId));

    expect(await get(id)).toBeUndefined();
    expect(await get(id, lobby)).toBeUndefined();
    expect(await get(id, hall)).toBe('not_found');
    expect(await get(id, lobby, 'elsewhere')).toBe('not_found');
    expect(await get(`${lobby}.2`)).toBe('not_found');
  });

  it('shows nothing to whom has been removed', async () => {
    const lobby = await parley.aGroup(['ada', 'bob']);
    const { id } = await parley.says('bob', lobby, 'one');
    await parley.instance.members.remove(await parley.placeOf('ada', lobby), 'bob');
    expect(await refusalOf(parley.instance.messages.find(parley.caller('bob'), id))).toBe('not_found');
  });
});

it('numbers revisions without gaps and files each, whatever changes at once', async () => {
  const change = fc.record({ seq: fc.integer({ min: 1, max: 3 }), to: fc.option(fc.string({ minLength: 1 })) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const lobby = await parley.aGroup();
      for (const n of numbers(3)) await parley.says('ada', lobby, `message ${n}`);

      const outcomes = await Promise.all(
        changes.map(({ seq, to }) => {
          const id = `${lobby}.${seq}`;
          return refusalOf(to === null ? remove('ada', id) : edit('ada', id, to));
        }),
      );

      expect(outcomes.every((code) => code === undefined || code === 'message_deleted')).toBe(true);
      const { rev, lastMessage } = await parley.stateOf(lobby);
      const filed = await parley.changesOf(lobby);
      expect(filed.map((one) => one.rev)).toEqual(numbers(rev));
      const history = await parley.historyOf('ada', lobby);
      for (const message of history) {
        const own = filed.filter((one) => one.seq === message.seq);
        expect(message.version).toBe(1 + own.length);
        expect(message.rev).toBe(own.at(-1)?.rev ?? 0);
      }
      expect(lastMessage?.content).toBe(history[2]?.content);
    }),
    { numRuns: 12 },
  );
});

describe('whoever is taken out of a group while they ask', () => {
  /** An instance whose first read is overtaken by the removal. */
  const overtaken = (group: string) => {
    let isFirst = true;
    return parley.through(async ({ name }, pass) => {
      const answer = await pass();
      if (name === 'BatchGetItem' && isFirst) {
        isFirst = false;
        await parley.instance.members.remove(await parley.placeOf('ada', group), 'bob');
      }
      return answer;
    });
  };

  it.each([
    [
      'edits',
      (late: ReturnType<typeof overtaken>, id: string) =>
        late.messages.edit(parley.caller('bob'), id, { content: 'no' }),
    ],
    ['deletes', (late: ReturnType<typeof overtaken>, id: string) => late.messages.remove(parley.caller('bob'), id)],
  ] as const)('%s nothing any more', async (_, ask) => {
    const group = await parley.aGroup(['ada', 'bob']);
    const message = await parley.says('bob', group, 'hello');

    expect(await refusalOf(ask(overtaken(group), message.id))).toBe('not_found');
    expect(await parley.historyOf('ada', group)).toEqual([message]);
  });

  it('changes no title and deletes no group', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    await parley.instance.members.setRole(await parley.placeOf('ada', group), 'bob', 'owner');
    const place = await parley.placeOf('bob', group);
    await parley.instance.members.remove(await parley.placeOf('ada', group), 'bob');

    const { conversations } = parley.instance;
    expect(await refusalOf(conversations.update(place, { title: 'Mine' }))).toBe('not_found');
    expect(await refusalOf(conversations.remove(place))).toBe('not_found');
    expect(await parley.stateOf(group)).toMatchObject({ title: null, deletedAt: null });
  });
});
