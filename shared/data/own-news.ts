import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { activityBucket, type MemberState } from '../domain/conversation.ts';
import { messageIdOf } from '../protocol/identifiers.ts';
import type { MessageHidden } from '../protocol/message.ts';
import type { ThreadWatermark } from '../protocol/thread.ts';
import { inboxIndex, ownNewsPartition } from './keys.ts';
import type { Item, Table } from './table.ts';

/** The index may show something a moment late, and the clocks of two instances differ: what was found before is looked at again. */
const overlapMs = 300_000;

/** More would fill the pages of a sync: whoever was away for that long begins anew. */
const atOnce = 200;

/** What somebody did on another device that concerns nobody else. */
export interface OwnNews {
  hidden: MessageHidden[];
  threadsRead: ThreadWatermark[];
}

/** Where an item of somebody's own stands among their news: by the hour, so that one that changes often moves once an hour. */
export const newsPlace = ({ tenant, user }: Caller, at: Date) => ({
  GSI1PK: ownNewsPartition(tenant, user),
  GSI1SK: activityBucket(at.toISOString()),
});

/** From this hour on, what somebody did may be news to who synced last at that moment. */
const firstHour = (since: string, now: Date): string =>
  activityBucket(new Date(Math.max(0, Math.min(Date.parse(since), now.getTime()) - overlapMs)).toISOString());

export const createOwnNews = ({ table, clock }: { table: Table; clock: Clock }) => ({
  /**
   * From the hour of a moment on; some of it may be known already. Costs nothing where no membership tells of any.
   * @param members theirs, in the conversations that they ask for
   */
  since: async (
    { tenant, user }: Caller,
    since: string | undefined,
    members: readonly MemberState[],
  ): Promise<OwnNews | 'too much'> => {
    const from = since === undefined ? undefined : firstHour(since, clock.now());
    if (from === undefined || !members.some(({ newsHour = '' }) => newsHour >= from))
      return { hidden: [], threadsRead: [] };
    const { Items = [] } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: inboxIndex,
        KeyConditionExpression: 'GSI1PK = :own AND GSI1SK >= :from',
        ExpressionAttributeValues: {
          ':own': ownNewsPartition(tenant, user),
          ':from': from,
        },
        Limit: atOnce + 1,
      }),
    );
    if (Items.length > atOnce) return 'too much';
    return { hidden: Items.flatMap(hiddenFrom), threadsRead: Items.flatMap(watermarkFrom) };
  },
});

const hiddenFrom = ({ conversationId, seq }: Item): MessageHidden[] =>
  seq === undefined
    ? []
    : [
        {
          conversationId: String(conversationId),
          messageId: messageIdOf(String(conversationId), Number(seq)),
          seq: Number(seq),
        },
      ];

const watermarkFrom = ({ conversationId, rootSeq, lastReadSeq }: Item): ThreadWatermark[] =>
  rootSeq === undefined
    ? []
    : [
        {
          conversationId: String(conversationId),
          threadId: messageIdOf(String(conversationId), Number(rootSeq)),
          lastReadSeq: Number(lastReadSeq),
        },
      ];
