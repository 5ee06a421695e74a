import type { ConversationState, MemberState } from '../domain/conversation.ts';
import type { Message } from '../protocol/message.ts';
import { conversationFrom, memberFrom } from './items.ts';
import { conversationKey, memberKey, sendReceiptKey } from './keys.ts';
import { sendReceiptFrom } from './send-receipts.ts';
import { getMany, type Table } from './table.ts';

/** What is known around something that happened in a conversation. */
export interface Around {
  conversation: ConversationState | undefined;
  /** Those of the users asked for who are members. */
  members: readonly MemberState[];
  /** Connections that know of a new message already, by its number. */
  toldBySeq: ReadonlyMap<number, readonly string[]>;
}

export const createSurroundings = ({ table }: { table: Table }) => ({
  /**
   * Consistently, and in one round trip.
   * @param users whose memberships are read along
   * @param sent new messages: the receipts of their sends say who knows of them
   */
  around: async (
    tenant: string,
    conversationId: string,
    { users, sent }: { users: readonly string[]; sent: readonly Message[] },
  ): Promise<Around> => {
    const receiptKeys = sent.map((one) =>
      sendReceiptKey(tenant, conversationId, one.senderId ?? '', one.clientMessageId ?? ''),
    );
    const [meta, ...rest] = await getMany(
      table,
      [
        conversationKey(tenant, conversationId),
        ...users.map((user) => memberKey(tenant, conversationId, user)),
        ...receiptKeys,
      ],
      { consistent: true },
    );
    const toldOf = ({ seq }: Message, i: number): string[] => {
      const item = rest[users.length + i];
      const receipt = item && sendReceiptFrom(item);
      // A receipt that was used again after its 24 hours speaks of another message.
      return receipt?.seq === seq ? receipt.told : [];
    };
    return {
      conversation: meta && conversationFrom(meta),
      members: rest.slice(0, users.length).flatMap((item) => (item ? [memberFrom(item)] : [])),
      toldBySeq: new Map(sent.map((message, i) => [message.seq, toldOf(message, i)])),
    };
  },
});
export type Surroundings = ReturnType<typeof createSurroundings>;
