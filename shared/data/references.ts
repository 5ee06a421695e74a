import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { type Referred, requireReferences } from '../domain/thread.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Draft } from '../protocol/message.ts';
import { isExpired, threadFrom } from './items.ts';
import { type Key, messageKey, threadKey } from './keys.ts';
import type { Place } from './places.ts';
import type { ThreadState } from './replies.ts';
import { getMany, type Item, type Table } from './table.ts';
import { messageSeenBy } from './visible-message.ts';

/** What a send refers to, with the state of the thread that it is to count in. */
export interface Found extends Referred {
  thread: ThreadState | undefined;
}

/** The messages that a draft refers to: read with the first round trip of its send, and only if it refers to any. */
export const createReferences = ({ table, clock }: { table: Table; clock: Clock }) => {
  const seqIn = (conversationId: string, messageId: string | null): number | undefined => {
    const place = messageId === null ? undefined : placeOfMessage(messageId);
    return place?.conversationId === conversationId ? place.seq : undefined;
  };

  const keysOf = ({ tenant }: Caller, conversationId: string, { replyTo, threadId }: Draft): Key[] => {
    const [quoted, root] = [seqIn(conversationId, replyTo), seqIn(conversationId, threadId)];
    return [
      ...(quoted === undefined ? [] : [messageKey(tenant, conversationId, quoted)]),
      ...(root === undefined
        ? []
        : [messageKey(tenant, conversationId, root), threadKey(tenant, conversationId, root)]),
    ];
  };

  /** @param items those of `keysOf`, in any order; what the sender does not see is not there for them */
  const foundIn = (place: Place, draft: Draft, items: readonly (Item | undefined)[]): Found => {
    const now = clock.now();
    const itemOf = (messageId: string | null) => items.find((item) => item?.id === messageId);
    const rootItem = itemOf(draft.threadId);
    const quoted = messageSeenBy(place, itemOf(draft.replyTo), now);
    const root = messageSeenBy(place, rootItem, now);
    const summary = items.find((item) => item?.replyCount !== undefined && !isExpired(item, epochSeconds(now)));
    const expiresAt = Number(rootItem?.expiresAt);
    return { quoted, root, thread: root && { root, expiresAt, summary: summary && threadFrom(summary) } };
  };

  return {
    keysOf,

    /**
     * What was read in a hurry may miss what was said a moment ago: it is looked at again before that is refused.
     * @throws Problem `invalid_request` where the draft refers to what is not there
     */
    settle: async (place: Place, draft: Draft, items: readonly (Item | undefined)[]): Promise<Found> => {
      const { caller, conversation } = place;
      const hurried = foundIn(place, draft, items);
      const isWhole =
        (draft.replyTo === null || hurried.quoted !== undefined) &&
        (draft.threadId === null || hurried.root !== undefined);
      const found = isWhole
        ? hurried
        : foundIn(place, draft, await getMany(table, keysOf(caller, conversation.id, draft), { consistent: true }));
      requireReferences(draft, found);
      return found;
    },
  };
};
export type References = ReturnType<typeof createReferences>;
