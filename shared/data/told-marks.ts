import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { isDirect } from '../domain/conversation.ts';
import type { Message } from '../protocol/message.ts';
import { type Key, messageLimitKey, toldMarkKey } from './keys.ts';
import type { Item, Table } from './table.ts';

/** Longer than the stream's fan-out looks back. */
export const markLifeSeconds = 3_600;

/** In direct conversations a sender's marks are beside their bucket of the rate limit, so many at a time: the next one takes the oldest's place. */
const marksBeside = 4;

type Marked = Pick<Message, 'id' | 'conversationId' | 'seq' | 'senderId'>;

const nameOf = ({ seq }: Marked): string => `told${seq % marksBeside}`;

/** Where the mark of a message is. */
export const markKeyOf = (tenant: string, message: Marked): Key =>
  isDirect(message.conversationId)
    ? messageLimitKey(tenant, message.senderId ?? '')
    : toldMarkKey(tenant, message.conversationId, message.seq);

/** The mark of a message in a direct conversation, as attributes of its sender's bucket; none where nobody was told. */
export const markBeside = (message: Marked, told: readonly string[]): Item =>
  told.length > 0 ? { [nameOf(message)]: { messageId: message.id, connections: told } } : {};

/** Whom the sender of a message has told. @param item what is where its mark would be */
export const toldBy = (item: Item | undefined, message: Marked): readonly string[] => {
  if (!isDirect(message.conversationId)) return (item?.told ?? []) as string[];
  const mark = item?.[nameOf(message)] as { messageId: string; connections: string[] } | undefined;
  return mark?.messageId === message.id ? mark.connections : [];
};

/** Marks of the fast lane: which connections a sender has told of a message by itself. */
export const createToldMarks = ({ table, clock }: { table: Table; clock: Clock }) => ({
  leave: async (tenant: string, message: Marked, told: readonly string[]): Promise<void> => {
    const Key = markKeyOf(tenant, message);
    const expiresAt = epochSeconds(clock.now()) + markLifeSeconds;
    const [mark] = Object.entries(markBeside(message, told));
    if (!mark) return;
    if (!isDirect(message.conversationId)) {
      await table.client.send(new PutCommand({ TableName: table.name, Item: { ...Key, told, expiresAt } }));
      return;
    }
    const [name, value] = mark;
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key,
        UpdateExpression: 'SET #mark = :mark, expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#mark': name },
        ExpressionAttributeValues: { ':mark': value, ':expiresAt': expiresAt },
      }),
    );
  },
});
export type ToldMarks = ReturnType<typeof createToldMarks>;
