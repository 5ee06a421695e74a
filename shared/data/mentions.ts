import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { asksFor } from '../domain/mentions.ts';
import type { Message } from '../protocol/message.ts';
import { mostMentions } from '../protocol/own-state.ts';
import { memberFrom, messageFrom } from './items.ts';
import { memberKey, messageKey } from './keys.ts';
import { nextOwnVersion } from './own-states.ts';
import { despiteTransactions, getMany, isConditionFailed, itemThatFailed, type Table } from './table.ts';

/** A message that is edited faster than it can be looked at is left to the next event of it. */
const mostLooks = 10;

/** Which messages mention a member and have not been read: numbers on the membership, the newest 100. */
export const createMentions = ({ table }: { table: Table }) => {
  const messageNow = async (tenant: string, conversationId: string, seq: number): Promise<Message | undefined> => {
    const [item] = await getMany(table, [messageKey(tenant, conversationId, seq)], { consistent: true });
    return item && messageFrom(item);
  };

  /** @returns the membership as it is where the condition did not hold; undefined once written, or without a membership */
  const update = async (
    Key: ReturnType<typeof memberKey>,
    action: 'ADD' | 'DELETE',
    seqs: readonly number[],
    condition: string,
    values: Record<string, unknown>,
  ) => {
    try {
      await despiteTransactions(() =>
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key,
            UpdateExpression: `SET ${nextOwnVersion.set} ${action} mentionSeqs :seqs`,
            ConditionExpression: condition,
            ExpressionAttributeValues: { ...nextOwnVersion.values, ...values, ':seqs': new Set(seqs) },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      return undefined;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const item = itemThatFailed(error);
      return item && memberFrom(item);
    }
  };

  /** Where there is no room, what was read makes some, and then the oldest. */
  const add = async (Key: ReturnType<typeof memberKey>, seq: number): Promise<void> => {
    const member = await update(
      Key,
      'ADD',
      [seq],
      'lastReadSeq < :seq AND NOT contains(mentionSeqs, :seq) AND (attribute_not_exists(mentionSeqs) OR size(mentionSeqs) < :most)',
      { ':seq': seq, ':most': mostMentions },
    );
    const seqs = [...(member?.mentionSeqs ?? [])];
    if (!member || seq <= member.lastReadSeq || seqs.length < mostMentions || seqs.includes(seq)) return;
    const [oldest = 0] = seqs.toSorted((a, b) => a - b);
    if (oldest > seq) return;
    const read = seqs.filter((one) => one <= member.lastReadSeq);
    const dropped = read.length > 0 ? read : [oldest];
    await update(Key, 'DELETE', dropped, 'contains(mentionSeqs, :oldest)', { ':oldest': dropped[0] });
    await add(Key, seq);
  };

  const take = (Key: ReturnType<typeof memberKey>, seq: number) =>
    update(Key, 'DELETE', [seq], 'contains(mentionSeqs, :seq)', { ':seq': seq });

  return {
    /**
     * Brings what users' memberships say of a message in line with the message as it is now. Safe to repeat and to be late: it looks
     * again after it has written, so whoever writes last has seen the last state.
     */
    settle: async (tenant: string, conversationId: string, seq: number, users: readonly string[]): Promise<void> => {
      let message = await messageNow(tenant, conversationId, seq);
      for (let look = 0; look < mostLooks; look += 1) {
        for (const user of users) {
          const Key = memberKey(tenant, conversationId, user);
          await (asksFor(message, user) ? add(Key, seq) : take(Key, seq));
        }
        const now = await messageNow(tenant, conversationId, seq);
        if (now?.version === message?.version) return;
        message = now;
      }
    },
  };
};
export type Mentions = ReturnType<typeof createMentions>;
