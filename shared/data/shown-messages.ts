/** Messages with what stands beside them in items of their own: read along with them or side by side, never one by one. */
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { emojiOf, noReactions, type ReactionsState, summaryOf } from '../domain/reactions.ts';
import type { Message, ShownMessage } from '../protocol/message.ts';
import { reactionsFrom } from './items.ts';
import { conversationKey, type Key, parseKey, reactionsKey } from './keys.ts';
import { type Item, queryAll, type Table } from './table.ts';

/** What stands beside messages, by their numbers. */
export interface Beside {
  reactions: ReadonlyMap<number, ReactionsState>;
}

/** A stretch of a conversation, from a number that is not in it. */
interface Bounds {
  towards: 'older' | 'newer';
  from: number;
  limit: number;
}

/** What was read beside a stretch, and how far that reached: a number, or as far as there is anything. */
export interface BesideStretch extends Beside {
  reached: number | undefined;
}

const beyondAll = 999_999_999_999;

export const nothingBeside: BesideStretch = { reactions: new Map(), reached: undefined };

/** What to read along with one message. */
export const besideKeys = (tenant: string, conversationId: string, seq: number): Key[] => [
  reactionsKey(tenant, conversationId, seq),
];

/** From items of one conversation, in any order. */
export const besideOf = (items: readonly (Item | undefined)[]): Beside => ({
  reactions: new Map(
    items.flatMap((item) => {
      const key = item && parseKey(item as unknown as Key);
      return key?.kind === 'reactions' ? [[key.seq, reactionsFrom(item)] as const] : [];
    }),
  ),
});

/** The message as one user sees it. */
export const shown = (message: Message, user: string, { reactions }: Beside): ShownMessage => {
  const state = reactions.get(message.seq) ?? noReactions;
  const seen = message.status === 'sent' ? state : noReactions;
  return {
    ...message,
    reactions: summaryOf(seen),
    reactionsVersion: state.version,
    myReactions: emojiOf(seen, user),
  };
};

export const createShownMessages = (table: Table) => {
  const rangeOf = (tenant: string, conversationId: string, low: number, high: number) => ({
    KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
    ExpressionAttributeValues: {
      ':pk': conversationKey(tenant, conversationId).PK,
      ':low': reactionsKey(tenant, conversationId, low).SK,
      ':high': reactionsKey(tenant, conversationId, high).SK,
    },
    // People react to what is old as well, unlike what is said in it, which has settled.
    ConsistentRead: true,
  });

  const besideBetween = async (tenant: string, conversationId: string, low: number, high: number): Promise<Beside> =>
    besideOf(await queryAll(table, rangeOf(tenant, conversationId, low, high)));

  return {
    /** What stands beside the messages between two numbers, both included. One round trip, but for more than one answer holds. */
    besideBetween,

    /**
     * What stands beside the messages of a stretch, in one round trip beside theirs: it is not known yet which numbers they have,
     * but of `limit` messages in a row, at most so many have reactions.
     */
    besideStretch: async (
      tenant: string,
      conversationId: string,
      { towards, from, limit }: Bounds,
    ): Promise<BesideStretch> => {
      const [low, high] = towards === 'older' ? [1, from - 1] : [from + 1, beyondAll];
      if (low > high) return nothingBeside;
      const { Items = [], LastEvaluatedKey } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          ...rangeOf(tenant, conversationId, low, high),
          ScanIndexForward: towards === 'newer',
          Limit: limit,
        }),
      );
      const beside = besideOf(Items);
      return { ...beside, reached: LastEvaluatedKey && [...beside.reactions.keys()].at(-1) };
    },

    /** Reads on to the last of the messages where that did not reach: what they had was too much for one answer. Rarely any call. */
    besideAll: async (
      tenant: string,
      conversationId: string,
      { towards, beside }: Pick<Bounds, 'towards'> & { beside: BesideStretch },
      messages: readonly Pick<Message, 'seq'>[],
    ): Promise<Beside> => {
      const { reached } = beside;
      const seqs = messages.map(({ seq }) => seq);
      if (reached === undefined || seqs.length === 0) return beside;
      const [low, high] = towards === 'older' ? [Math.min(...seqs), reached - 1] : [reached + 1, Math.max(...seqs)];
      if (low > high) return beside;
      const rest = await besideBetween(tenant, conversationId, low, high);
      return { reactions: new Map([...beside.reactions, ...rest.reactions]) };
    },
  };
};
