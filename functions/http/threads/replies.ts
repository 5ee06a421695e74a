/**
 * The replies of a thread, oldest first. Two round trips: who asks and what is there, then what it is shown with. A third one for people
 * whom only that names.
 */
import { threadsReplies } from '../../../shared/protocol/routes/threads.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';
import { shownWithPeople } from '../../../shared/runtime/shown-with-people.ts';
import { together } from '../../../shared/runtime/together.ts';

export const listReplies = ({
  threads,
  ownReplies,
  shownMessages,
  profiles,
}: Pick<Deps, 'threads' | 'ownReplies' | 'shownMessages' | 'profiles'>) =>
  onRequest(threadsReplies, async ({ params, query, caller }) => {
    const [entry, stretch] = await together([
      threads.enter(caller, params.messageId, params.conversationId),
      ownReplies.stretch(caller, params.messageId, query),
    ]);
    const { items, nextCursor, hidden } = await ownReplies.page(caller, params.messageId, stretch, query);
    const [{ messages, users }, thread] = await together([
      shownWithPeople({ shownMessages, profiles }, entry.place, items),
      threads.counted(entry),
    ]);
    return { ...listed('replies', { items: messages, nextCursor }, users), hidden, thread };
  });

export const handler = live(listReplies);
