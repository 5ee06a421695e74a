import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { newMessage, previewOf, requireReplyInside, voidMessage } from '../domain/message.ts';
import { requirePermission } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import type { Draft, Message } from '../protocol/message.ts';
import { isExpired, messageFrom, messageItem, storedPreview } from './items.ts';
import { conversationKey, messageKey, sendReceiptKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Place, Places } from './places.ts';
import { despiteTransactions, getMany, type Item, isConditionFailed, type Table } from './table.ts';

const receiptLifeSeconds = 86_400;

/** More would mean that readers void the numbers of a sender as fast as it takes them. */
const renumberings = 5;

/** What a sender holds of a send: the number that its message has or will have. */
export interface SendReceipt {
  seq: number;
  /** The connection that has its answer already; it is not told again. */
  connectionId: string | null;
  /** The sender has posted it to everybody itself. */
  fannedOut: boolean;
}

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
}

/** The send: docs/ordering.md. Four round trips: read, number, receipt, message. */
export const createSends = ({ table, clock, limits, places }: Deps) => {
  /** Takes the next number of the conversation, atomically, and makes this its newest message. */
  const takeNumber = async ({ caller, conversation }: Place, draft: Draft, now: Date): Promise<number> => {
    const preview = storedPreview(previewOf(newMessage(draft, conversation.id, 0, caller.user, now)));
    try {
      const { Attributes } = await despiteTransactions(() =>
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: conversationKey(caller.tenant, conversation.id),
            UpdateExpression:
              'SET seq = seq + :one, lastMessageSeq = seq + :one, lastMessage = :preview, lastActivityAt = :now',
            ConditionExpression: 'deletedAt = :null',
            ExpressionAttributeValues: { ':one': 1, ':preview': preview, ':now': now.toISOString(), ':null': null },
            ReturnValues: 'UPDATED_NEW',
          }),
        ),
      );
      return Number(Attributes?.seq);
    } catch (error) {
      throw isConditionFailed(error) ? new Problem('not_found') : error;
    }
  };

  const receiptKeyOf = ({ caller, conversation }: Place, clientMessageId: string) =>
    sendReceiptKey(caller.tenant, conversation.id, caller.user, clientMessageId);

  /** @returns the receipt that stands: this one, or that of whoever was first */
  const claim = async (place: Place, clientMessageId: string, seq: number, now: Date): Promise<SendReceipt> => {
    const receipt: SendReceipt = { seq, connectionId: place.caller.connectionId ?? null, fannedOut: false };
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
    return receiptFrom(Item);
  };

  /** The number was closed before the message came: it gets another one, unless a repetition was quicker to get it one. */
  const renumber = async (place: Place, draft: Draft, old: SendReceipt, now: Date): Promise<SendReceipt> => {
    const seq = await takeNumber(place, draft, now);
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
      await abandon(place, seq, now);
      return receiptAt(place, draft.clientMessageId);
    }
  };

  /** @returns the message that holds this number: the given one, or the one that was there before */
  const store = async (place: Place, message: Message, now: Date): Promise<Message> => {
    const { tenant } = place.caller;
    try {
      await table.client.send(
        new PutCommand({
          TableName: table.name,
          Item: messageItem(tenant, message, limits.expiryOf(tenant, now)),
          ConditionExpression: 'attribute_not_exists(PK)',
        }),
      );
      return message;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const Key = messageKey(tenant, message.conversationId, message.seq);
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
      if (!Item) throw new Problem('unavailable');
      return messageFrom(Item);
    }
  };

  /** A number taken for nothing is closed at once instead of left for a reader. */
  const abandon = async (place: Place, seq: number, now: Date): Promise<void> => {
    await store(place, voidMessage(place.conversation.id, seq, now), now);
  };

  return {
    /** The first round trip: who the caller is here, and what is known of this send. */
    enter: async (
      caller: Caller,
      conversationId: string,
      clientMessageId: string,
    ): Promise<{ place: Place; earlier: SendReceipt | undefined }> => {
      const receiptKey = sendReceiptKey(caller.tenant, conversationId, caller.user, clientMessageId);
      const { place, rest } = await places.placeWith(caller, conversationId, { more: [receiptKey], hurried: true });
      requirePermission(place.standings, 'message.send');
      const [item] = rest;
      const known = item && !isExpired(item, epochSeconds(clock.now())) ? receiptFrom(item) : undefined;
      return { place, earlier: known };
    },

    /**
     * Stores the message under the conversation's next number, once per `clientMessageId`.
     * Safe to repeat after any failure: a receipt is written before the message and says where it belongs.
     */
    append: async (place: Place, draft: Draft, earlier: SendReceipt | undefined): Promise<Message> => {
      requireReplyInside(draft, place.conversation);
      const now = clock.now();
      let receipt = earlier;
      for (let turn = 0; turn < renumberings; turn += 1) {
        if (!receipt) {
          const seq = await takeNumber(place, draft, now);
          receipt = await claim(place, draft.clientMessageId, seq, now);
          if (receipt.seq !== seq) await abandon(place, seq, now);
        }
        const stored = await store(
          place,
          newMessage(draft, place.conversation.id, receipt.seq, place.caller.user, now),
          now,
        );
        if (stored.status !== 'void') return stored;
        receipt = await renumber(place, draft, receipt, now);
      }
      throw new Problem('unavailable');
    },

    /** Tells the stream's fan-out that everybody has it. */
    markFannedOut: async (tenant: string, message: Message): Promise<void> => {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: sendReceiptKey(tenant, message.conversationId, message.senderId ?? '', message.clientMessageId ?? ''),
          UpdateExpression: 'SET fannedOut = :true',
          ConditionExpression: 'seq = :seq',
          ExpressionAttributeValues: { ':true': true, ':seq': message.seq },
        }),
      );
    },

    /** The receipts of messages, in their order; undefined once a receipt's life is over. */
    receiptsOf: async (tenant: string, messages: readonly Message[]): Promise<(SendReceipt | undefined)[]> => {
      const items = await getMany(
        table,
        messages.map((one) =>
          sendReceiptKey(tenant, one.conversationId, one.senderId ?? '', one.clientMessageId ?? ''),
        ),
        { consistent: true },
      );
      return items.map((item) => (item ? receiptFrom(item) : undefined));
    },
  };
};
export type Sends = ReturnType<typeof createSends>;

const receiptFrom = (item: Item): SendReceipt => ({
  seq: Number(item.seq),
  connectionId: (item.connectionId as string | null | undefined) ?? null,
  fannedOut: item.fannedOut === true,
});
