import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ConversationState, MemberState } from '../domain/conversation.ts';
import { idlePoster, type Poster, posterKey, postersOf } from '../domain/posters.ts';
import { conversationKey } from './keys.ts';
import type { Members } from './members.ts';
import type { Receipts } from './receipts.ts';
import { despiteTransactions, isConditionFailed, type Table } from './table.ts';

interface Deps {
  table: Table;
  members: Members;
  receipts: Receipts;
}

/** What fan-out does about what a conversation remembers of its last posters, beside what their own posts do: `posterStep`. */
export const createPosters = ({ table, members, receipts }: Deps) => {
  const memberOf = async (
    tenant: string,
    conversationId: string,
    { key }: Poster,
    users: readonly string[],
  ): Promise<MemberState | undefined> => {
    const whose = users.filter((user) => posterKey(user) === key);
    const [member] = await members.among(tenant, conversationId, whose);
    return member;
  };

  return {
    /**
     * So that the next post of somebody can be listed: forgets somebody who has not posted for long, after what is remembered of them is
     * on their own watermark. Does nothing where there is room, or nobody idle. Safe to repeat.
     * @param users all members
     */
    makeRoom: async (
      tenant: string,
      conversation: ConversationState,
      { poster, users }: { poster: string; users: readonly string[] },
    ): Promise<void> => {
      const idle = idlePoster(conversation, poster);
      if (!idle) return;
      // Whoever is no member any more begins anew if they come back.
      const member = await memberOf(tenant, conversation.id, idle, users);
      if (member) await receipts.keep(tenant, conversation, member);
      try {
        await despiteTransactions(() =>
          table.client.send(
            new UpdateCommand({
              TableName: table.name,
              Key: conversationKey(tenant, conversation.id),
              UpdateExpression: 'REMOVE posters.#idle',
              ConditionExpression: 'posters.#idle = :found',
              ExpressionAttributeNames: { '#idle': idle.key },
              ExpressionAttributeValues: { ':found': idle.seq },
            }),
          ),
        );
      } catch (error) {
        // They have posted again, or somebody else has made the room.
        if (!isConditionFailed(error)) throw error;
      }
    },

    /**
     * Numbers that came to nothing: where the conversation goes by them for what somebody has read, they and others hear of it. Safe to
     * repeat.
     * @param users all members
     */
    tellOfVoids: async (
      tenant: string,
      conversation: ConversationState,
      { voids, users }: { voids: readonly number[]; users: readonly string[] },
    ): Promise<void> => {
      for (const poster of postersOf(conversation, voids)) {
        const member = await memberOf(tenant, conversation.id, poster, users);
        if (member) await receipts.tellOfVoid(tenant, conversation, member, poster.seq);
      }
    },
  };
};
export type Posters = ReturnType<typeof createPosters>;
