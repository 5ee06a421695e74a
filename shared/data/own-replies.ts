import type { Caller } from '../domain/caller.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { Page } from './cursors.ts';
import type { Hides, NearHides } from './hides.ts';
import type { Replies } from './replies.ts';
import { type SeenPage, seenPage } from './seen-pages.ts';

interface Deps {
  replies: Replies;
  hides: Hides;
}

interface Wish {
  limit: number;
  cursor?: string | undefined;
}

interface OwnStretch extends Page<Message> {
  near: NearHides;
}

/** A thread's replies as one of its readers sees them: without what they have deleted for themselves. */
export const createOwnReplies = ({ replies, hides }: Deps) => ({
  /** As `replies.page`, and beside it what the caller has deleted for themselves. */
  stretch: async (caller: Caller, threadId: string, wish: Wish): Promise<OwnStretch> => {
    const bounds = replies.boundsOf(threadId, wish);
    const [page, near] = await Promise.all([
      replies.page(caller.tenant, threadId, wish),
      hides.near(caller, placeOfMessage(threadId).conversationId, bounds, wish.limit),
    ]);
    return { ...page, near };
  },

  /** Oldest first. */
  page: (caller: Caller, threadId: string, { near, ...first }: OwnStretch, { limit }: Wish): Promise<SeenPage> =>
    seenPage(first, {
      limit,
      towards: 'newer',
      hiddenAmong: (messages) => hides.among(caller, placeOfMessage(threadId).conversationId, near, messages),
      isWanted: () => true,
      mayBeLast: ({ seq }) => near.seqs.some((hidden) => hidden > seq),
      next: (cursor, size) => replies.page(caller.tenant, threadId, { limit: size, cursor }),
      cursorAfter: ({ seq }) => replies.cursorAfter(threadId, seq),
    }),
});
export type OwnReplies = ReturnType<typeof createOwnReplies>;
