import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import type { Change } from '../domain/changes.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import type { ConversationState } from '../domain/conversation.ts';
import { closableHoles, isWhole, unbrokenFrom } from '../domain/holes.ts';
import { changesWithoutGap, messagesWithoutGap } from '../domain/sync.ts';
import { hasExpired, isVisible, viewpointOf } from '../domain/visibility.ts';
import type { OwnConversation } from '../protocol/conversation.ts';
import type { Message, ShownMessage } from '../protocol/message.ts';
import type { Position } from '../protocol/sync-request.ts';
import { changeFrom, isExpired, keptFrom, messageFrom } from './items.ts';
import { changeKey, conversationKey, messageKey } from './keys.ts';
import type { Limits } from './limits.ts';
import { between, createNumbers } from './numbers.ts';
import type { Place } from './places.ts';
import { type Beside, besideKeys, besideOf, reactionsBetween, shown } from './shown-messages.ts';
import { getMany, type Item, type Table } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
}

const nothingBeside: Beside = { reactions: new Map(), threads: new Map() };

/** What happened in a conversation after a position, read up to a bound and without a gap; `lost` where it is no longer kept. */
export const createMissed = ({ table, clock, limits }: Deps) => {
  const numbers = createNumbers({ table, limits });

  const changesAfter = async (
    tenant: string,
    { id, rev }: Pick<ConversationState, 'id' | 'rev'>,
    after: number,
    limit: number,
  ): Promise<Item[]> => {
    const { Items = [] } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
        ExpressionAttributeValues: {
          ':pk': conversationKey(tenant, id).PK,
          ':low': changeKey(tenant, id, after + 1).SK,
          ':high': changeKey(tenant, id, rev).SK,
        },
        Limit: limit,
        ConsistentRead: true,
      }),
    );
    return Items;
  };

  /** Numbers that were taken long ago and hold nothing are closed on the way, as readers of the history do. */
  const closeHoles = async (place: Place, found: readonly Message[], low: number, high: number): Promise<Message[]> => {
    const { conversation } = place;
    const holes = closableHoles(found, low, high, conversation.lastActivityAt, clock.now());
    const closed = await Promise.all(holes.map((hole) => numbers.close(place, hole)));
    const newest = closed.find(({ seq }) => seq === conversation.lastMessage?.seq);
    if (newest?.status === 'void') await numbers.correctPreview(place, newest.seq);
    return closed;
  };

  return {
    /**
     * Oldest first, at most `limit`, as they are now, but for threads: whoever missed a message missed the replies to it as well, and
     * looks up their threads. Where nothing changed since the position, a cheap read shows them as they are, and is repeated if it
     * misses any.
     */
    messages: async (place: Place, { seq: after, rev }: Position, limit: number): Promise<ShownMessage[] | 'lost'> => {
      const { caller, conversation } = place;
      const now = clock.now();
      // What stands at the position, if retention has not reached it: from there on, whatever is missing is a hole.
      const low = isWhole(conversation.createdAt, now) ? after + 1 : Math.max(after, 1);
      const most = Math.min(conversation.seq, after + limit);
      const read = (ConsistentRead: boolean) =>
        table.client.send(
          new QueryCommand({
            TableName: table.name,
            ...between(caller.tenant, conversation.id, low, most),
            ConsistentRead,
          }),
        );
      const stretch = async () => {
        if (conversation.rev !== rev) return read(true);
        const cheap = await read(false);
        const isAll = cheap.LastEvaluatedKey !== undefined || cheap.Count === most - low + 1;
        return isAll ? cheap : read(true);
      };
      const [{ Items = [], LastEvaluatedKey }, reactions] = await Promise.all([
        stretch(),
        conversation.reactedSeq > after
          ? reactionsBetween(table, caller.tenant, conversation.id, [after + 1, most])
          : nothingBeside.reactions,
      ]);
      const missed = Items.filter((item) => Number(item.seq) > after);
      const found = missed.map(messageFrom);
      if (missed.some((item) => hasExpired(conversation, keptFrom(item), now))) return 'lost';
      const high = LastEvaluatedKey ? Number(found.at(-1)?.seq) : most;
      const firstMissing = after + 1 + messagesWithoutGap(found, after).length;
      const unbroken = unbrokenFrom(conversation, Items.map(keptFrom), now);
      if (firstMissing <= high && firstMissing < unbroken) return 'lost';
      const closed = await closeHoles(place, found, after + 1, high);
      const inOrder = [...found, ...closed].sort((a, b) => a.seq - b.seq);
      return messagesWithoutGap(inOrder, after).map((one) => shown(one, caller.user, { ...nothingBeside, reactions }));
    },

    /** In order, at most `limit`. */
    changes: async ({ caller, conversation }: Place, after: number, limit: number): Promise<Change[] | 'lost'> => {
      const items = await changesAfter(caller.tenant, conversation, after, limit);
      if (items.some((item) => isExpired(item, epochSeconds(clock.now())))) return 'lost';
      return changesWithoutGap(items.map(changeFrom), after, conversation, clock.now(), items.length < limit);
    },

    /** What is there of the changes after a revision, gaps or not, at most `limit`. */
    traces: async (tenant: string, conversation: ConversationState, after: number, limit: number): Promise<Change[]> =>
      after < conversation.rev ? (await changesAfter(tenant, conversation, after, limit)).map(changeFrom) : [],

    /**
     * Messages by their numbers, as they are now and with what stands beside them; those that are gone, or not theirs to see, are left
     * out. One round trip.
     */
    states: async (
      { tenant, user }: Caller,
      places: readonly { conversation: OwnConversation; seq: number }[],
    ): Promise<(ShownMessage | undefined)[]> => {
      const keys = places.map(({ conversation, seq }) => [
        messageKey(tenant, conversation.id, seq),
        ...besideKeys({ tenant, user }, conversation.id, seq),
      ]);
      const items = await getMany(table, keys.flat(), { consistent: true });
      const now = clock.now();
      const each = items.length / places.length;
      return places.map(({ conversation }, i) => {
        const [item, ...beside] = items.slice(i * each, (i + 1) * each);
        const isSeen = item && isVisible(viewpointOf(conversation), keptFrom(item), now);
        return isSeen ? shown(messageFrom(item), user, besideOf(beside)) : undefined;
      });
    },
  };
};
