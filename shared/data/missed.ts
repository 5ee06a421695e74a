import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import type { Change } from '../domain/changes.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import type { ConversationState } from '../domain/conversation.ts';
import { closableHoles, isWhole } from '../domain/holes.ts';
import { changesWithoutGap, messagesWithoutGap } from '../domain/sync.ts';
import type { Message, ShownMessage } from '../protocol/message.ts';
import type { Position } from '../protocol/sync.ts';
import { changeFrom, isExpired, messageFrom } from './items.ts';
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

  const isGone = (item: Item): boolean => isExpired(item, epochSeconds(clock.now()));

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
      const whole = isWhole(conversation.createdAt, clock.now());
      // What stands at the position, if retention has not reached it: from there on, whatever is missing is a hole.
      const low = whole ? after + 1 : Math.max(after, 1);
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
      const isAnchored = whole || Items.some((item) => Number(item.seq) === after && !isGone(item));
      const missed = Items.filter((item) => Number(item.seq) > after);
      const found = missed.map(messageFrom);
      if (missed.some(isGone) || (!isAnchored && found[0]?.seq !== after + 1)) return 'lost';
      const high = LastEvaluatedKey ? Number(found.at(-1)?.seq) : most;
      const closed = await closeHoles(place, found, after + 1, high);
      const inOrder = [...found, ...closed].sort((a, b) => a.seq - b.seq);
      return messagesWithoutGap(inOrder, after).map((one) => shown(one, caller.user, { ...nothingBeside, reactions }));
    },

    /** In order, at most `limit`. */
    changes: async ({ caller, conversation }: Place, after: number, limit: number): Promise<Change[] | 'lost'> => {
      const items = await changesAfter(caller.tenant, conversation, after, limit);
      if (items.some(isGone)) return 'lost';
      return changesWithoutGap(items.map(changeFrom), after, conversation, clock.now(), items.length < limit);
    },

    /** What is there of the changes after a revision, gaps or not, at most `limit`. */
    traces: async (tenant: string, conversation: ConversationState, after: number, limit: number): Promise<Change[]> =>
      after < conversation.rev ? (await changesAfter(tenant, conversation, after, limit)).map(changeFrom) : [],

    /** Messages by their numbers, as they are now and with what stands beside them; those that are gone are left out. One round trip. */
    states: async (
      { tenant, user }: Caller,
      places: readonly { conversationId: string; seq: number }[],
    ): Promise<(ShownMessage | undefined)[]> => {
      const keys = places.map(({ conversationId, seq }) => [
        messageKey(tenant, conversationId, seq),
        ...besideKeys({ tenant, user }, conversationId, seq),
      ]);
      const items = await getMany(table, keys.flat(), { consistent: true });
      return keys.map(({ length }, i) => {
        const [item, ...beside] = items.slice(i * length, (i + 1) * length);
        return item && !isGone(item) ? shown(messageFrom(item), user, besideOf(beside)) : undefined;
      });
    },
  };
};
