/** The replies of a thread, oldest first. Two round trips: who asks and what is there, then what it is shown with. */
import { threadsReplies } from '../../../shared/protocol/routes/threads.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';
import { together } from '../../../shared/runtime/together.ts';

export const listReplies = ({
  threads,
  ownReplies,
  shownMessages,
}: Pick<Deps, 'threads' | 'ownReplies' | 'shownMessages'>) =>
  onRequest(threadsReplies, async ({ params, query, caller }) => {
    const [entry, stretch] = await together([
      threads.enter(caller, params.messageId, params.conversationId),
      ownReplies.stretch(caller, params.messageId, query),
    ]);
    const [{ items, nextCursor, hidden }, thread] = await together([
      ownReplies.page(caller, params.messageId, stretch, query),
      threads.counted(entry),
    ]);
    const replies = await shownMessages.show(entry.place, items);
    return { ...listed('replies', { items: replies, nextCursor }), hidden, thread };
  });

export const handler = live(listReplies);
