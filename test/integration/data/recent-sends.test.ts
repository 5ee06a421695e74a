/** Sends whose senders say what they knew: the conversation remembers them, and no receipt is written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rememberedNumbers, sendKey } from '../../../shared/domain/recent-sends.ts';
import { greatestSequence } from '../../../shared/protocol/identifiers.ts';
import type { Draft, Message } from '../../../shared/protocol/message.ts';
import type { Call } from '../../support/table.ts';
import { aParley, draftOf, numbers, refusalOf } from './parley.ts';

const parley = aParley();

const ada = () => parley.caller('ada');
const knowing = (afterSeq: number, more: Partial<Draft> = {}) => draftOf('hello', { afterSeq, ...more });
const seqs = (messages: readonly { seq: number }[]) => messages.map(({ seq }) => seq);
const sentIn = async (conversationId: string) =>
  (await parley.historyOf('ada', conversationId)).filter(({ status }) => status === 'sent');
const receipts = async () => (await parley.given.items()).filter(({ SK }) => String(SK).startsWith('SENT#'));

/** So many messages of others. */
const chatter = async (conversationId: string, count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) {
    const { seq } = await parley.stateOf(conversationId);
    await parley.says('bob', conversationId, 'meanwhile', { afterSeq: seq });
  }
};

const counting = () => {
  const calls: string[] = [];
  const instance = parley.through(({ name }, pass) => {
    calls.push(name);
    return pass();
  });
  return { instance, calls };
};

it('costs three calls one after the other, and no receipt', async () => {
  const lobby = await parley.aGroup();
  const { instance, calls } = counting();

  await instance.send(ada(), lobby, knowing(0));

  expect(calls).toEqual(['BatchGetItem', 'UpdateItem', 'PutItem']);
  expect(await receipts()).toEqual([]);
});

describe('a repetition', () => {
  it('is answered with the message first stored', async () => {
    const lobby = await parley.aGroup();
    const draft = knowing(0);
    const first = await parley.instance.send(ada(), lobby, draft);

    expect(await parley.instance.send(ada(), lobby, { ...draft, content: 'something else' })).toEqual(first);
    expect(await parley.historyOf('ada', lobby)).toEqual([first]);
  });

  it.each([1, rememberedNumbers - 1, rememberedNumbers, rememberedNumbers + 1, 3 * rememberedNumbers])(
    'is answered with it after %i messages of others, and a day later',
    async (count) => {
      const lobby = await parley.aGroup(['ada', 'bob']);
      const draft = knowing(0);
      const first = await parley.instance.send(ada(), lobby, draft);
      await chatter(lobby, count);
      parley.given.clock.forward({ hours: 25 });

      expect(await parley.instance.send(ada(), lobby, draft)).toEqual(first);
      expect(seqs(await sentIn(lobby))).toEqual(numbers(count + 1));
    },
  );

  it('is stored once of ten at the same moment, and takes no number for the others', async () => {
    const lobby = await parley.aGroup();
    const draft = knowing(0);

    const answers = await Promise.all(numbers(10).map(() => parley.instance.send(ada(), lobby, draft)));

    expect(new Set(seqs(answers))).toEqual(new Set([1]));
    expect(seqs(await parley.historyOf('ada', lobby))).toEqual([1]);
  });

  it('waits for no attempt that died, and stores it where that would have', async () => {
    const lobby = await parley.aGroup(['ada', 'bob']);
    const draft = knowing(0);
    const dying = parley.through(({ name }, pass) => (name === 'PutItem' ? Promise.reject(new Error('dead')) : pass()));
    await expect(dying.send(ada(), lobby, draft)).rejects.toThrow('dead');
    await chatter(lobby, 3);

    expect((await parley.instance.send(ada(), lobby, draft)).seq).toBe(1);
    expect(seqs(await sentIn(lobby))).toEqual(numbers(4));
  });

  it('gets another number, once, where its own has been closed', async () => {
    const lobby = await parley.aGroup();
    const draft = knowing(0);
    const late = parley.pausedBefore(3, async () => {
      parley.given.clock.forward({ seconds: 6 });
      await parley.historyOf('ada', lobby);
      await parley.instance.send(ada(), lobby, draft);
    });

    const message = await late.send(ada(), lobby, draft);

    expect(await sentIn(lobby)).toEqual([message]);
    expect(await parley.instance.send(ada(), lobby, draft)).toEqual(message);
    const history = await parley.historyOf('ada', lobby);
    expect(seqs(history)).toEqual(numbers(history.length));
  });

  it('is stored once though its first attempt stands still until it is forgotten', async () => {
    const lobby = await parley.aGroup(['ada', 'bob']);
    const draft = knowing(0);
    let repeated: Message | undefined;
    const late = parley.pausedBefore(3, async () => {
      await chatter(lobby, 2 * rememberedNumbers);
      repeated = await parley.instance.send(ada(), lobby, draft);
    });

    const message = await late.send(ada(), lobby, draft);

    expect(message).toEqual(repeated);
    expect((await sentIn(lobby)).filter(({ senderId }) => senderId === 'ada')).toEqual([message]);
  });

  it('is stored once though others are quicker by more than is remembered, between its read and its number', async () => {
    const lobby = await parley.aGroup(['ada', 'bob']);
    const draft = knowing(0);
    const late = parley.pausedBefore(2, async () => {
      await parley.instance.send(ada(), lobby, draft);
      await chatter(lobby, 2 * rememberedNumbers);
    });

    expect((await late.send(ada(), lobby, draft)).seq).toBe(1);
    expect(seqs(await sentIn(lobby))).toEqual(numbers(1 + 2 * rememberedNumbers));
  });
});

it('takes a number for another message under the same id, once its sender knows of the first', async () => {
  const lobby = await parley.aGroup();
  await parley.instance.send(ada(), lobby, knowing(0, { clientMessageId: 'c1' }));

  expect((await parley.instance.send(ada(), lobby, knowing(1, { clientMessageId: 'c1' }))).seq).toBe(2);
});

it('writes a receipt for who is behind by more than is remembered', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  const count = rememberedNumbers + 1;
  await chatter(lobby, count);
  const draft = knowing(0);

  const first = await parley.instance.send(ada(), lobby, draft);
  expect(await receipts()).toHaveLength(1);

  expect(await parley.instance.send(ada(), lobby, draft)).toEqual(first);
  expect(seqs(await sentIn(lobby))).toEqual(numbers(count + 1));
});

it('refuses who says they knew what is still to come', async () => {
  const lobby = await parley.aGroup();
  for (const afterSeq of [1, greatestSequence - 5, greatestSequence]) {
    expect(await refusalOf(parley.instance.send(ada(), lobby, knowing(afterSeq)))).toBe('invalid_request');
  }
  expect((await parley.stateOf(lobby)).seq).toBe(0);
});

it('takes numbers that are not filled yet for nobody else’s', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  const others: Promise<Message>[] = [];
  // Bob's newest message is on its way while somebody who is far behind writes: it is not closed.
  const slow = parley.pausedBefore(3, async () => {
    others.push(parley.instance.send(ada(), lobby, knowing(0)));
    await others[0];
  });
  await chatter(lobby, rememberedNumbers);

  const message = await slow.send(parley.caller('bob'), lobby, knowing(rememberedNumbers));

  expect(message.seq).toBe(rememberedNumbers + 1);
  expect((await others[0])?.seq).toBe(rememberedNumbers + 2);
  expect(seqs(await sentIn(lobby))).toEqual(numbers(rememberedNumbers + 2));
});

it('lets two sends bear the same name in a conversation', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  await parley.instance.send(ada(), lobby, knowing(0, { clientMessageId: 'c1' }));
  // As if the digests were the same: what is remembered under the one's name is the other's number.
  const instance = parley.through(async (call: Call, pass) => {
    const answer = await pass();
    if (call.name !== 'BatchGetItem') return answer;
    const text = JSON.stringify(answer);
    const [, name = ''] = /"recentSends":{"([^"]+)":1}/.exec(text) ?? [];
    return name === '' ? answer : { ...(answer as object), ...JSON.parse(text.replaceAll(name, sendKey('bob', 'c2'))) };
  });

  const draft = knowing(0, { clientMessageId: 'c2' });
  const { earlier } = await instance.sends.enter(parley.caller('bob'), lobby, draft);
  expect(earlier, 'it passes for no repetition: slow mode and hooks ask about it').toBeUndefined();
  const message = await instance.send(parley.caller('bob'), lobby, draft);

  expect(message).toMatchObject({ seq: 2, senderId: 'bob' });
  expect(seqs(await sentIn(lobby))).toEqual([1, 2]);
});

it('refuses a send to a conversation that is deleted between its read and its write', async () => {
  const lobby = await parley.aGroup();
  const remove = async () => parley.instance.conversations.remove(await parley.placeOf('ada', lobby));

  expect(await refusalOf(parley.pausedBefore(2, remove).send(ada(), lobby, knowing(0)))).toBe('not_found');
  expect((await parley.stateOf(lobby)).seq).toBe(0);
});

it('stores whatever is sent once and in a row, whatever dies, stands still, is repeated or far behind', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('sends'), behind: fc.nat(30), knows: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('repeats'), which: fc.nat(20) }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('dies'), nth: fc.integer({ min: 1, max: 4 }), behind: fc.nat(30) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('repeats at once'),
        which: fc.nat(20),
        times: fc.integer({ min: 2, max: 4 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('stands still'),
        nth: fc.integer({ min: 2, max: 3 }),
        others: fc.nat(20),
        repeats: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reads later') }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const lobby = await parley.aGroup(['ada', 'bob']);
      const drafts: Draft[] = [];
      const answers = new Map<string, number>();
      const newDraft = async (behind: number, knows = true) => {
        const { seq } = await parley.stateOf(lobby);
        const draft = draftOf('hello', knows ? { afterSeq: Math.max(0, seq - behind) } : {});
        drafts.push(draft);
        return draft;
      };
      const sends = async (draft: Draft, instance = parley.instance) => {
        const { seq } = await instance.send(ada(), lobby, draft);
        expect(answers.get(draft.clientMessageId) ?? seq, 'the same answer each time').toBe(seq);
        answers.set(draft.clientMessageId, seq);
      };
      for (const one of steps) {
        if (one.kind === 'sends' && 'knows' in one) await sends(await newDraft(one.behind, one.knows));
        if (one.kind === 'repeats' && 'which' in one) {
          const draft = drafts[one.which % Math.max(1, drafts.length)];
          if (draft) await sends(draft);
        }
        if (one.kind === 'repeats at once' && 'times' in one) {
          const draft = drafts[one.which % Math.max(1, drafts.length)] ?? (await newDraft(0));
          await Promise.all(numbers(one.times).map(() => sends(draft)));
        }
        if (one.kind === 'dies' && 'behind' in one) {
          let left = one.nth;
          const dying = parley.through((_, pass) => {
            left -= 1;
            return left <= 0 ? Promise.reject(new Error('dead')) : pass();
          });
          await dying.send(ada(), lobby, await newDraft(one.behind)).catch(() => undefined);
        }
        if (one.kind === 'stands still' && 'others' in one) {
          const draft = await newDraft(0);
          const late = parley.pausedBefore(one.nth, async () => {
            await chatter(lobby, one.others);
            if (one.repeats) await sends(draft);
          });
          await sends(draft, late);
        }
        if (one.kind === 'reads later') {
          parley.given.clock.forward({ seconds: 6 });
          await parley.historyOf('ada', lobby);
        }
      }
      parley.given.clock.forward({ seconds: 6 });
      const history = await parley.historyOf('ada', lobby);
      expect(seqs(history)).toEqual(numbers(history.length));
      const stored = history.filter(({ status }) => status === 'sent').map(({ clientMessageId }) => clientMessageId);
      expect(new Set(stored).size, 'nothing twice').toBe(stored.length);
      for (const [id, seq] of answers)
        expect(history[seq - 1], 'answered means stored').toMatchObject({ clientMessageId: id, status: 'sent' });
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 15) },
  );
}, 60_000);
