import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ConversationState } from '../domain/conversation.ts';
import { idleStreak, posterKey } from '../domain/streaks.ts';
import { conversationKey } from './keys.ts';
import type { Members } from './members.ts';
import type { Receipts } from './receipts.ts';
import { despiteTransactions, isConditionFailed, type Table } from './table.ts';

interface Deps {
  table: Table;
  members: Members;
  receipts: Receipts;
}

export const createStreaks = ({ table, members, receipts }: Deps) => ({
  /**
   * So that the next post of somebody who has no streak can be listed: gives up one that is old, after what it tells is on its member's
   * own watermark. Does nothing where there is room, or nobody idle. Safe to repeat.
   * @param users all members
   */
  makeRoom: async (
    tenant: string,
    conversation: ConversationState,
    { poster, users }: { poster: string; users: readonly string[] },
  ): Promise<void> => {
    const idle = idleStreak(conversation, poster);
    if (!idle) return;
    const { key, streak } = idle;
    // Whoever is no member any more begins anew if they come back.
    const whose = users.filter((user) => posterKey(user) === key);
    const [member] = await members.among(tenant, conversation.id, whose);
    if (member) await receipts.keep(tenant, conversation, member);
    try {
      await despiteTransactions(() =>
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: conversationKey(tenant, conversation.id),
            UpdateExpression: 'REMOVE streaks.#idle',
            ConditionExpression: 'streaks.#idle[1] = :ended',
            ExpressionAttributeNames: { '#idle': key },
            ExpressionAttributeValues: { ':ended': streak[1] },
          }),
        ),
      );
    } catch (error) {
      // They have posted again, or somebody else has made the room.
      if (!isConditionFailed(error)) throw error;
    }
  },
});
export type Streaks = ReturnType<typeof createStreaks>;
