import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { mayTellByItself } from '../domain/fast-lane.ts';
import { namesIn } from '../domain/mentions.ts';
import { type HeardMessages, isHeard, newMessage } from '../domain/message.ts';
import { may, postingIn, requirePermission } from '../domain/permissions.ts';
import type { Postmark } from '../domain/postmark.ts';
import { forgottenAfter, possibleAfter, rememberedNumber, remembers, sendKey } from '../domain/recent-sends.ts';
import { Problem } from '../protocol/errors.ts';
import type { Draft, Message } from '../protocol/message.ts';
import { messageFrom } from './items.ts';
import { type Key, messageKey, sendReceiptKey } from './keys.ts';
import type { Limits } from './limits.ts';
import { candidateKeys, mentionsAmong } from './named-members.ts';
import { createNextNumber, type Numbered } from './next-number.ts';
import { between, createNumbers } from './numbers.ts';
import type { Place, Places } from './places.ts';
import type { References } from './references.ts';
import type { Replies } from './replies.ts';
import { createSendReceipts, numberIn } from './send-receipts.ts';
import { type Item, queryAll, type Table } from './table.ts';

/** More would mean that readers void the numbers of a sender as fast as it takes them. */
const renumberings = 5;

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
  references: References;
  replies: Replies;
}

/** What a send begins with. */
export interface Entry {
  place: Place;
  /** The number that an earlier attempt of this send took. */
  earlier: number | undefined;
  /** What the draft refers to, read in a hurry. */
  referred: (Item | undefined)[];
  /** Members whom its content names. */
  mentions: string[];
  /** What was read along. */
  beside?: Item | undefined;
}

/** The send: docs/ordering.md. Three round trips: read, number, message; a fourth for a receipt where the conversation does not remember it. */
export const createSends = ({ table, clock, limits, places, references, replies }: Deps) => {
  const numbers = createNumbers({ table, limits });
  const nextNumber = createNextNumber({ table, limits, places });
  const receipts = createSendReceipts({ table, clock });

  /** Numbers taken for nothing are closed at once instead of left for a reader. Once their message is stored: it may be the newest. */
  const giveBack = async (place: Place, spare: readonly number[], now: Date): Promise<void> => {
    for (const seq of spare) {
      await numbers.close(place, { seq, takenAt: now.toISOString() });
      await numbers.correctPreview(place, seq);
    }
  };

  const messageAt = async ({ caller, conversation }: Place, seq: number): Promise<Message | undefined> => {
    const Key = messageKey(caller.tenant, conversation.id, seq);
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    return Item && messageFrom(Item);
  };

  /**
   * The number that the conversation remembers of this send. What is stored there has to be this send's: its name is short, and somebody
   * may have looked for one that another send bears, to pass for its repetition.
   */
  const rememberedIn = async (place: Place, draft: Draft, after: number): Promise<number | undefined> => {
    const seq = rememberedNumber(place.conversation, sendKey(place.caller.user, draft.clientMessageId), after);
    const stored = seq === undefined ? undefined : await messageAt(place, seq);
    return stored === undefined || stored.status === 'void' || isOf(stored, place, draft) ? seq : undefined;
  };

  /**
   * Looks consistently, in one round trip, for the number that an earlier attempt took: in the conversation, in a receipt, and among the
   * messages that it can have become when the conversation remembered it, and does no longer. Of those numbers, the ones without a message
   * are closed, so that no attempt that is still under way fills one later.
   */
  const lookAgain = async (
    caller: Caller,
    conversationId: string,
    draft: Draft,
    after: number,
  ): Promise<Pick<Entry, 'place' | 'earlier'>> => {
    const [{ place, rest }, stored] = await Promise.all([
      places.placeWith(caller, conversationId, { more: [receiptKeyOf(caller, conversationId, draft)] }),
      queryAll(table, {
        ...between(caller.tenant, conversationId, ...possibleAfter(after)),
        ConsistentRead: true,
      }),
    ]);
    requireKnowable(after, place);
    const known = await rememberedIn(place, draft, after);
    if (known !== undefined || remembers(place.conversation, after)) return { place, earlier: known };
    const bySeq = new Map(stored.map((item) => [Number(item.seq), messageFrom(item)]));
    for (const seq of forgottenAfter(place.conversation, after)) {
      const message = bySeq.get(seq) ?? (await numbers.close(place, { seq, takenAt: clock.now().toISOString() }));
      if (isOf(message, place, draft)) return { place, earlier: seq };
    }
    return { place, earlier: numberIn(rest[0], clock.now()) };
  };

  /** A new number, with a receipt that says so. @param spare gets what is taken for nothing */
  const numberByReceipt = async (place: Place, draft: Draft, now: Date, spare: number[]): Promise<Numbered> => {
    const taken = await nextNumber.take(place, draft, now);
    const seq = await receipts.claim(place, draft.clientMessageId, taken.seq, now);
    if (seq === taken.seq) return taken;
    spare.push(taken.seq);
    return { seq };
  };

  const firstNumber = async (place: Place, draft: Draft, now: Date, spare: number[]): Promise<Numbered> => {
    if (remembers(place.conversation, draft.afterSeq)) {
      const taken = await nextNumber.takeOnce(place, draft, draft.afterSeq, now);
      if (taken) return taken;
      // Others were quicker, by more than is remembered.
      const { earlier } = await lookAgain(place.caller, place.conversation.id, draft, draft.afterSeq);
      if (earlier !== undefined) return { seq: earlier };
    }
    return numberByReceipt(place, draft, now, spare);
  };

  /** The number was closed before its message came, or is another send's that bears the same name. */
  const anotherNumber = async (
    place: Place,
    draft: Draft,
    closed: number,
    now: Date,
    spare: number[],
  ): Promise<Numbered> => {
    const { clientMessageId } = draft;
    const standing = await receipts.numberOf(place, clientMessageId);
    if (standing === undefined) return numberByReceipt(place, draft, now, spare);
    if (standing !== closed) return { seq: standing };
    const taken = await nextNumber.take(place, draft, now);
    const seq = await receipts.renumber(place, clientMessageId, closed, taken.seq);
    if (seq === taken.seq) return taken;
    spare.push(taken.seq);
    return { seq };
  };

  const postmarkOf = ({ caller, conversation }: Place, { rev, hasRead }: Numbered): Postmark => ({
    ...(caller.connectionId !== undefined && { connectionId: caller.connectionId }),
    ...(rev !== undefined && { rev }),
    ...(hasRead && { hasRead }),
    ...(mayTellByItself(conversation, limits.of(caller.tenant)) && { fastLane: true }),
  });

  return {
    /**
     * The first round trip: who the caller is here, what is known of this send, what its draft refers to, and who of those whom it
     * names is a member. A second one where the conversation does not remember what came after what its sender knew.
     * @param beside a key to read along
     * @throws Problem `invalid_request` for an `afterSeq` that is still to come
     */
    enter: async (caller: Caller, conversationId: string, draft: Draft, beside?: Key): Promise<Entry> => {
      const receiptKeys = draft.afterSeq === undefined ? [receiptKeyOf(caller, conversationId, draft)] : [];
      const referredKeys = references.keysOf(caller, conversationId, draft);
      const names = namesIn(draft);
      const besideKeys = beside ? [beside] : [];
      const candidates = candidateKeys(caller.tenant, conversationId, names);
      const more = [...receiptKeys, ...besideKeys, ...referredKeys, ...candidates];
      const first = await places.placeWith(caller, conversationId, { more, hurried: true });
      // What was read in a hurry may not know yet that they may: it is looked at again before they are refused.
      const { place, rest } = mayPost(first.place) ? first : await places.placeWith(caller, conversationId, { more });
      requirePermission(place.standings, postingIn(place.conversation.settings));
      const [receipt] = rest.slice(0, receiptKeys.length);
      const others = rest.slice(receiptKeys.length + besideKeys.length);
      const entry = {
        beside: beside && rest[receiptKeys.length],
        referred: others.slice(0, referredKeys.length),
        mentions: mentionsAmong(names, others.slice(referredKeys.length)),
      };
      const { afterSeq } = draft;
      if (afterSeq === undefined) return { ...entry, place, earlier: numberIn(receipt, clock.now()) };
      const known = await rememberedIn(place, draft, afterSeq);
      if (known !== undefined || remembers(place.conversation, afterSeq)) return { ...entry, place, earlier: known };
      return { ...entry, ...(await lookAgain(caller, conversationId, draft, afterSeq)) };
    },

    /**
     * Stores the message under the conversation's next number, once per `clientMessageId`. Safe to repeat after any failure: what a
     * number was taken for is remembered before the message is stored.
     * @param heard who hears of new messages behind the bus
     */
    append: async (
      place: Place,
      draft: Draft,
      {
        earlier,
        referred = [],
        mentions = [],
        heard = 'all',
      }: Partial<Omit<Entry, 'place'>> & { heard?: HeardMessages } = {},
    ): Promise<Message> => {
      const { quoted, thread } = await references.settle(place, draft, referred);
      const now = clock.now();
      const spare: number[] = [];
      let number = earlier === undefined ? await firstNumber(place, draft, now, spare) : { seq: earlier };
      for (let turn = 0; turn < renumberings; turn += 1) {
        const message = newMessage(draft, place.conversation.id, number.seq, place.caller.user, now, {
          mentions,
          quoted,
        });
        const note = { postmark: postmarkOf(place, number), isUnheard: !isHeard(message, heard) };
        const stored = await (thread
          ? replies.fill(place, message, { thread, note })
          : numbers.fill(place, message, note));
        if (isOf(stored, place, draft)) {
          await giveBack(place, spare, now);
          return stored;
        }
        number = await anotherNumber(place, draft, number.seq, now, spare);
      }
      throw new Problem('unavailable');
    },

    /** Whether what an earlier attempt took a number for has become a message. */
    isStored: async (place: Place, seq: number): Promise<boolean> => {
      const message = await messageAt(place, seq);
      return message !== undefined && message.status !== 'void';
    },
  };
};
export type Sends = ReturnType<typeof createSends>;

const receiptKeyOf = ({ tenant, user }: Caller, conversationId: string, { clientMessageId }: Draft): Key =>
  sendReceiptKey(tenant, conversationId, user, clientMessageId);

const isOf = ({ senderId, clientMessageId }: Message, { caller }: Place, draft: Draft): boolean =>
  senderId === caller.user && clientMessageId === draft.clientMessageId;

/** @throws Problem `invalid_request` */
const requireKnowable = (afterSeq: number, { conversation }: Place): void => {
  if (afterSeq <= conversation.seq) return;
  throw new Problem('invalid_request', {
    errors: [{ path: 'afterSeq', message: `must be at most ${conversation.seq}, the newest message` }],
  });
};

const mayPost = ({ standings, conversation }: Place): boolean => may(standings, postingIn(conversation.settings));
