import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Hole } from '../domain/holes.ts';
import { previewOf, voidMessage } from '../domain/message.ts';
import { Problem } from '../protocol/errors.ts';
import type { Message } from '../protocol/message.ts';
import { lastMessageAttributes, type MessageNote, messageFrom, messageItem } from './items.ts';
import { conversationKey, messageKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Place } from './places.ts';
import { despiteTransactions, isConditionFailed, queryAll, type Table } from './table.ts';

/** How far back a preview is looked for behind voids, which are rare. */
const lookBack = 25;

/** The numbers of a conversation's sequence. Each is filled once, by a message or by a void. */
export const createNumbers = ({ table, limits }: { table: Table; limits: Limits }) => {
  /** @returns the message that holds this number: the given one, or the one that was there before */
  const fill = async (place: Place, message: Message, note: MessageNote = {}): Promise<Message> => {
    const { tenant } = place.caller;
    const { retentionDays } = place.conversation.settings;
    const expiresAt = limits.expiryOf(tenant, new Date(message.createdAt), retentionDays);
    try {
      await table.client.send(
        new PutCommand({
          TableName: table.name,
          Item: messageItem(tenant, message, expiresAt, { traceparent: place.caller.traceparent, ...note }),
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

  return {
    fill,

    /** Puts a void where a number was taken and never used, unless its message has come meanwhile. */
    close: (place: Place, { seq, takenAt }: Hole): Promise<Message> =>
      fill(place, voidMessage(place.conversation.id, seq, takenAt)),

    /** Where the void `seq` stands as the newest message, the newest that is none takes its place. Safe to repeat. */
    correctPreview: async ({ caller, conversation }: Place, seq: number): Promise<void> => {
      const older =
        seq === 1
          ? []
          : await queryAll(
              table,
              { ...between(caller.tenant, conversation.id, 1, seq - 1), ScanIndexForward: false, ConsistentRead: true },
              lookBack,
            );
      const newest = older.find((item) => messageFrom(item).status !== 'void');
      const { lastMessage, lastMessageSeq } = lastMessageAttributes(newest ? previewOf(messageFrom(newest)) : null);
      try {
        await despiteTransactions(() =>
          table.client.send(
            new UpdateCommand({
              TableName: table.name,
              Key: conversationKey(caller.tenant, conversation.id),
              UpdateExpression:
                'SET lastMessage = :preview, lastMessageSeq = :previewSeq, lastMessageExpiresAt = :expiresAt',
              ConditionExpression: 'lastMessageSeq = :seq',
              ExpressionAttributeValues: {
                ':preview': lastMessage,
                ':previewSeq': lastMessageSeq,
                ':expiresAt': newest?.expiresAt ?? null,
                ':seq': seq,
              },
            }),
          ),
        );
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    },
  };
};

/** @param low at most `high`, both included */
export const between = (tenant: string, conversationId: string, low: number, high: number) => ({
  KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
  ExpressionAttributeValues: {
    ':pk': conversationKey(tenant, conversationId).PK,
    ':low': messageKey(tenant, conversationId, low).SK,
    ':high': messageKey(tenant, conversationId, high).SK,
  },
});
