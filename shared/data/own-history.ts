import type { Caller } from '../domain/caller.ts';
import type { Message } from '../protocol/message.ts';
import type { Page } from './cursors.ts';
import type { Hides, NearHides } from './hides.ts';
import type { Direction, History, Stretch } from './history.ts';
import type { Place } from './places.ts';
import { type SeenPage, seenPage } from './seen-pages.ts';

interface Deps {
  history: History;
  hides: Hides;
}

interface OwnStretch extends Stretch {
  near: NearHides;
}

/** History as one of its readers sees it: without what they have deleted for themselves, and without replies if they wish. */
export const createOwnHistory = ({ history, hides }: Deps) => ({
  /** As `history.stretch`, and beside it what the caller has deleted for themselves. */
  stretch: async (caller: Caller, conversationId: string, direction: Direction): Promise<OwnStretch> => {
    const bounds = history.boundsOf(conversationId, direction);
    const [stretch, near] = await Promise.all([
      history.stretch(caller.tenant, conversationId, direction),
      hides.near(caller, conversationId, bounds, direction.limit),
    ]);
    return { ...stretch, near };
  },

  /** As `history.page`: newest first, whichever way it walks. */
  page: async (place: Place, stretch: OwnStretch): Promise<SeenPage> => {
    const { caller, conversation } = place;
    const { towards, near, limit, replies } = stretch;
    const turned = <T>(all: T[]): T[] => (towards === 'older' ? all : all.toReversed());
    const walked = ({ items, nextCursor }: Page<Message>) => ({ items: turned(items), nextCursor });
    const page = await seenPage(walked(await history.page(place, stretch)), {
      limit,
      towards,
      hiddenAmong: (messages) => hides.among(caller, conversation.id, near, messages),
      isWanted: (message) => replies === 'include' || message.inConversation,
      mayBeLast: ({ seq }) => replies === 'exclude' || near.seqs.includes(towards === 'older' ? seq - 1 : seq + 1),
      next: async (cursor, size) => {
        const further = await history.stretch(caller.tenant, conversation.id, { limit: size, cursor });
        return walked(await history.page(place, further));
      },
      cursorAfter: ({ seq }) => history.cursorAfter(conversation.id, stretch, seq),
    });
    return { ...page, items: turned(page.items) };
  },
});
export type OwnHistory = ReturnType<typeof createOwnHistory>;
