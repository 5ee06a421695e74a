import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ConversationState } from '../domain/conversation.ts';
import { idleStreak, type Poster, posterKey, readThrough, type Streak, streaksEndingIn } from '../domain/streaks.ts';
import { messageFrom } from './items.ts';
import { conversationKey } from './keys.ts';
import type { Members } from './members.ts';
import { between } from './numbers.ts';
import type { Receipts } from './receipts.ts';
import { despiteTransactions, isConditionFailed, queryAll, type Table } from './table.ts';

interface Deps {
  table: Table;
  members: Members;
  receipts: Receipts;
}

/** How far back a message is looked for behind voids, which are rare. */
const lookBack = 25;

/** What fan-out does about the numbers that a conversation's last posters took: see `StreakStep`. */
export const createStreaks = ({ table, members, receipts }: Deps) => {
  /** @param action of an `UpdateExpression`; it holds while the streak ends as it was found */
  const change = async (
    tenant: string,
    { id }: Pick<ConversationState, 'id'>,
    { key, streak }: Poster,
    action: { UpdateExpression: string; values?: Record<string, unknown> },
  ): Promise<void> => {
    try {
      await despiteTransactions(() =>
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: conversationKey(tenant, id),
            UpdateExpression: action.UpdateExpression,
            ConditionExpression: 'streaks.#key[1] = :found',
            ExpressionAttributeNames: { '#key': key },
            ExpressionAttributeValues: { ':found': streak[1], ...action.values },
          }),
        ),
      );
    } catch (error) {
      // They have posted again, or another fan-out was first.
      if (!isConditionFailed(error)) throw error;
    }
  };

  /** The last number of a streak that is not known for void; the one before the streak if there is none. */
  const lastPosted = async (tenant: string, { id }: ConversationState, [from, to]: Streak): Promise<number> => {
    if (to < from || to === 0) return to;
    const items = await queryAll(
      table,
      { ...between(tenant, id, Math.max(1, from), to), ScanIndexForward: false, ConsistentRead: true },
      lookBack,
    );
    const voids = new Set(items.map(messageFrom).flatMap(({ status, seq }) => (status === 'void' ? [seq] : [])));
    let last = to;
    while (voids.has(last)) last -= 1;
    return last;
  };

  return {
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
      // Whoever is no member any more begins anew if they come back.
      const whose = users.filter((user) => posterKey(user) === idle.key);
      const [member] = await members.among(tenant, conversation.id, whose);
      if (member && readThrough(conversation, member.userId, member.lastReadSeq) > member.lastReadSeq) {
        await receipts.keep(tenant, member, await lastPosted(tenant, conversation, idle.streak));
      }
      await change(tenant, conversation, idle, { UpdateExpression: 'REMOVE streaks.#key' });
    },

    /** A number that came to nothing has not been posted, so it tells nothing of reading. Safe to repeat. */
    leaveOut: async (tenant: string, conversation: ConversationState, voids: readonly number[]): Promise<void> => {
      for (const poster of streaksEndingIn(conversation, voids)) {
        const last = await lastPosted(tenant, conversation, poster.streak);
        await change(tenant, conversation, poster, {
          UpdateExpression: 'SET streaks.#key[1] = :last',
          values: { ':last': last },
        });
      }
    },
  };
};
export type Streaks = ReturnType<typeof createStreaks>;
