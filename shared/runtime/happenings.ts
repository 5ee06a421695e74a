import { draftFrom } from '../data/drafts.ts';
import {
  changeFrom,
  conversationFrom,
  memberFrom,
  messageFrom,
  postmarkFrom,
  reactionsFrom,
  threadFrom,
} from '../data/items.ts';
import type { Followed } from '../data/stream.ts';
import type { Item } from '../data/table.ts';
import type { Happening } from '../domain/live-events.ts';
import { changeOf, type ReactionHappening, stepBetween } from '../domain/reactions.ts';
import { messageIdOf } from '../protocol/identifiers.ts';
import type { Run } from './fan-out.ts';

interface Located {
  tenant: string;
  conversationId: string;
  sequenceNumber: string;
  happening: Happening;
  traceparent?: string;
}

/** What a stream record means to those who are connected; undefined for what they are not told of. */
export const happeningOf = ({ key, before, after, sequenceNumber, traceparent }: Followed): Located | undefined => {
  if (!after || key.kind === 'profile' || key.kind === 'presence') return undefined;
  const place = { tenant: key.tenant, conversationId: key.conversationId, sequenceNumber };
  switch (key.kind) {
    case 'message': {
      const message = messageFrom(after);
      const isNew = before === undefined;
      const same = before !== undefined && messageFrom(before).rev === message.rev;
      const traced = traceparent === undefined ? place : { ...place, traceparent };
      const postmark = isNew ? postmarkFrom(after) : undefined;
      return same ? undefined : { ...traced, happening: { kind: 'message', message, isNew, postmark } };
    }
    case 'member':
      return (
        before && { ...place, happening: { kind: 'membership', before: memberFrom(before), after: memberFrom(after) } }
      );
    case 'reactions': {
      const happening = reactionHappeningOf(key, before, after);
      return happening && { ...place, happening };
    }
    case 'change':
      return { ...place, happening: { kind: 'change', change: changeFrom(after) } };
    case 'conversation':
      return before ? undefined : { ...place, happening: { kind: 'founded', conversation: conversationFrom(after) } };
    case 'thread': {
      const { conversationId, rootSeq } = key;
      const threadId = messageIdOf(conversationId, rootSeq);
      return { ...place, happening: { kind: 'thread', conversationId, threadId, thread: threadFrom(after) } };
    }
    case 'threadRead': {
      const { conversationId, rootSeq, userId } = key;
      const lastReadSeq = Number(after.lastReadSeq);
      const watermark = { conversationId, threadId: messageIdOf(conversationId, rootSeq), lastReadSeq };
      return { ...place, happening: { kind: 'threadRead', userId, watermark } };
    }
    case 'hide': {
      const { conversationId, userId, seq } = key;
      return { ...place, happening: { kind: 'hidden', userId, conversationId, seq } };
    }
    case 'draft':
      return { ...place, happening: { kind: 'draft', userId: key.userId, state: draftFrom(after) } };
  }
};

const reactionHappeningOf = (
  key: { conversationId: string; seq: number },
  before: Item | undefined,
  after: Item,
): ReactionHappening | undefined => {
  const state = reactionsFrom(after);
  const reaction = stepBetween(reactionsFrom(before), state);
  if (!reaction) return undefined;
  const { step, ...what } = reaction;
  return { kind: `reaction.${step}`, seq: key.seq, at: String(state.at), change: changeOf(state, what, key) };
};

/** What happened, conversation by conversation, each in its order. */
export const runsOf = (located: readonly Located[]): (Run & { firstSequenceNumber: string })[] =>
  [...Map.groupBy(located, ({ tenant, conversationId }) => JSON.stringify([tenant, conversationId])).values()].flatMap(
    (group) => {
      const [first] = group;
      if (!first) return [];
      const { tenant, conversationId, sequenceNumber } = first;
      return [
        {
          tenant,
          conversationId,
          firstSequenceNumber: sequenceNumber,
          happenings: group.map((one) => one.happening),
          traceparents: group.flatMap((one) => one.traceparent ?? []),
        },
      ];
    },
  );
