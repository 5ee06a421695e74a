import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { Problem } from '../protocol/errors.ts';
import { isExpired } from './items.ts';
import { type Key, sendReceiptKey } from './keys.ts';
import type { Place } from './places.ts';
import { type Item, isConditionFailed, type Table } from './table.ts';

const lifeSeconds = 86_400;

/**
 * What a sender holds of a send that its conversation does not remember: the number that its message has or will have. Written before the
 * message, so that an attempt that died says where it belongs.
 */
export const createSendReceipts = ({ table, clock }: { table: Table; clock: Clock }) => {
  const keyOf = ({ caller, conversation }: Place, clientMessageId: string): Key =>
    sendReceiptKey(caller.tenant, conversation.id, caller.user, clientMessageId);

  const numberOf = async (place: Place, clientMessageId: string): Promise<number | undefined> => {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: keyOf(place, clientMessageId), ConsistentRead: true }),
    );
    return numberIn(Item, clock.now());
  };

  /** Who was quicker has written what stands. */
  const standing = async (place: Place, clientMessageId: string): Promise<number> => {
    const seq = await numberOf(place, clientMessageId);
    if (seq === undefined) throw new Problem('unavailable');
    return seq;
  };

  return {
    numberOf,

    /** @returns the number that stands: this one, or that of whoever was first */
    claim: async (place: Place, clientMessageId: string, seq: number, now: Date): Promise<number> => {
      try {
        await table.client.send(
          new PutCommand({
            TableName: table.name,
            Item: { ...keyOf(place, clientMessageId), seq, expiresAt: epochSeconds(now) + lifeSeconds },
            ConditionExpression: 'attribute_not_exists(PK) OR expiresAt <= :now',
            ExpressionAttributeValues: { ':now': epochSeconds(now) },
          }),
        );
        return seq;
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        return standing(place, clientMessageId);
      }
    },

    /**
     * The number was closed before the message came: it gets another one, unless a repetition was quicker to get it one.
     * @returns the number that stands
     */
    renumber: async (place: Place, clientMessageId: string, old: number, seq: number): Promise<number> => {
      try {
        await table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: keyOf(place, clientMessageId),
            UpdateExpression: 'SET seq = :new',
            ConditionExpression: 'seq = :old',
            ExpressionAttributeValues: { ':new': seq, ':old': old },
          }),
        );
        return seq;
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        return standing(place, clientMessageId);
      }
    },
  };
};

/** The number that a receipt names, while it holds. */
export const numberIn = (receipt: Item | undefined, now: Date): number | undefined =>
  receipt && !isExpired(receipt, epochSeconds(now)) ? Number(receipt.seq) : undefined;
