import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { namesIn } from '../domain/mentions.ts';
import { newMessage } from '../domain/message.ts';
import { may, postingIn, requirePermission } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import type { Draft, Message } from '../protocol/message.ts';
import { isExpired } from './items.ts';
import { messageKey, sendReceiptKey } from './keys.ts';
import type { Limits } from './limits.ts';
import { candidateKeys, mentionsAmong } from './named-members.ts';
import { createNextNumber } from './next-number.ts';
import { createNumbers } from './numbers.ts';
import type { Place, Places } from './places.ts';
import type { References } from './references.ts';
import type { Replies } from './replies.ts';
import { type SendReceipt, sendReceiptFrom } from './send-receipts.ts';
import { type Item, isConditionFailed, type Table } from './table.ts';

const receiptLifeSeconds = 86_400;

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
interface Entry {
  place: Place;
  /** What is known of this send from an earlier attempt. */
  earlier: SendReceipt | undefined;
  /** What the draft refers to, read in a hurry. */
  referred: (Item | undefined)[];
  /** Members whom its content names. */
  mentions: string[];
}

/** The send: docs/ordering.md. Four round trips: read, number, receipt, message. */
export const createSends = ({ table, clock, limits, places, references, replies }: Deps) => {
  const numbers = createNumbers({ table, limits });
  const nextNumber = createNextNumber({ table, limits, places });

  const receiptKeyOf = ({ caller, conversation }: Place, clientMessageId: string) =>
    sendReceiptKey(caller.tenant, conversation.id, caller.user, clientMessageId);

  /** @returns the receipt that stands: this one, or that of whoever was first */
  const claim = async (place: Place, clientMessageId: string, seq: number, now: Date): Promise<SendReceipt> => {
    const receipt: SendReceipt = { seq, told: ownConnection(place) };
    try {
      await table.client.send(
        new PutCommand({
          TableName: table.name,
          Item: {
            ...receiptKeyOf(place, clientMessageId),
            ...receipt,
            expiresAt: epochSeconds(now) + receiptLifeSeconds,
          },
          ConditionExpression: 'attribute_not_exists(PK) OR expiresAt <= :now',
          ExpressionAttributeValues: { ':now': epochSeconds(now) },
        }),
      );
      return receipt;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      return receiptAt(place, clientMessageId);
    }
  };

  const receiptAt = async (place: Place, clientMessageId: string): Promise<SendReceipt> => {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: receiptKeyOf(place, clientMessageId), ConsistentRead: true }),
    );
    if (!Item) throw new Problem('unavailable');
    return sendReceiptFrom(Item);
  };

  /** The number was closed before the message came: it gets another one, unless a repetition was quicker to get it one. */
  const renumber = async (place: Place, draft: Draft, old: SendReceipt, seq: number): Promise<SendReceipt> => {
    try {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: receiptKeyOf(place, draft.clientMessageId),
          UpdateExpression: 'SET seq = :new',
          ConditionExpression: 'seq = :old',
          ExpressionAttributeValues: { ':new': seq, ':old': old.seq },
        }),
      );
      return { ...old, seq };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      return receiptAt(place, draft.clientMessageId);
    }
  };

  /** Numbers taken for nothing are closed at once instead of left for a reader. Once their message is stored: it may be the newest. */
  const giveBack = async (place: Place, spare: readonly number[], now: Date): Promise<void> => {
    for (const seq of spare) {
      await numbers.close(place, { seq, takenAt: now.toISOString() });
      await numbers.correctPreview(place, seq);
    }
  };

  return {
    /**
     * The first round trip: who the caller is here, what is known of this send, what its draft refers to, and who of those whom it
     * names is a member.
     */
    enter: async (caller: Caller, conversationId: string, draft: Draft): Promise<Entry> => {
      const receiptKey = sendReceiptKey(caller.tenant, conversationId, caller.user, draft.clientMessageId);
      const referredKeys = references.keysOf(caller, conversationId, draft);
      const names = namesIn(draft);
      const more = [receiptKey, ...referredKeys, ...candidateKeys(caller.tenant, conversationId, names)];
      const first = await places.placeWith(caller, conversationId, { more, hurried: true });
      // What was read in a hurry may not know yet that they may: it is looked at again before they are refused.
      const { place, rest } = mayPost(first.place) ? first : await places.placeWith(caller, conversationId, { more });
      requirePermission(place.standings, postingIn(place.conversation.settings));
      const [item, ...others] = rest;
      const referred = others.slice(0, referredKeys.length);
      const mentions = mentionsAmong(names, others.slice(referredKeys.length));
      const known = item && !isExpired(item, epochSeconds(clock.now())) ? sendReceiptFrom(item) : undefined;
      return { place, earlier: known, referred, mentions };
    },

    /**
     * Stores the message under the conversation's next number, once per `clientMessageId`.
     * Safe to repeat after any failure: a receipt is written before the message and says where it belongs.
     */
    append: async (
      place: Place,
      draft: Draft,
      earlier: SendReceipt | undefined,
      { referred, mentions }: Pick<Entry, 'referred' | 'mentions'> = { referred: [], mentions: [] },
    ): Promise<Message> => {
      const { quoted, thread } = await references.settle(place, draft, referred);
      const now = clock.now();
      const spare: number[] = [];
      let receipt = earlier;
      for (let turn = 0; turn < renumberings; turn += 1) {
        if (!receipt) {
          const seq = await nextNumber.take(place, draft, now);
          receipt = await claim(place, draft.clientMessageId, seq, now);
          if (receipt.seq !== seq) spare.push(seq);
        }
        const message = newMessage(draft, place.conversation.id, receipt.seq, place.caller.user, now, {
          mentions,
          quoted,
        });
        const stored = await (thread ? replies.fill(place, message, thread) : numbers.fill(place, message));
        if (stored.status !== 'void') {
          await giveBack(place, spare, now);
          return stored;
        }
        const seq = await nextNumber.take(place, draft, now);
        receipt = await renumber(place, draft, receipt, seq);
        if (receipt.seq !== seq) spare.push(seq);
      }
      throw new Problem('unavailable');
    },

    /** Whether what an earlier attempt took a number for has become a message. */
    isStored: async ({ caller, conversation }: Place, { seq }: SendReceipt): Promise<boolean> => {
      const { Item } = await table.client.send(
        new GetCommand({
          TableName: table.name,
          Key: messageKey(caller.tenant, conversation.id, seq),
          ConsistentRead: true,
        }),
      );
      return Item !== undefined && Item.status !== 'void';
    },

    /** Leaves a mark for the stream's fan-out: whom it need not tell. */
    markTold: async (place: Place, message: Message, reached: readonly string[]): Promise<void> => {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: receiptKeyOf(place, message.clientMessageId ?? ''),
          UpdateExpression: 'SET told = :told',
          ConditionExpression: 'seq = :seq',
          ExpressionAttributeValues: { ':told': [...ownConnection(place), ...reached], ':seq': message.seq },
        }),
      );
    },
  };
};
export type Sends = ReturnType<typeof createSends>;

const mayPost = ({ standings, conversation }: Place): boolean => may(standings, postingIn(conversation.settings));

const ownConnection = ({ caller }: Place): string[] => (caller.connectionId === undefined ? [] : [caller.connectionId]);
