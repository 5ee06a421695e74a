/**
 * History, newest first. Two round trips: who asks and what is there are read side by side, then what it is shown with. A third one for
 * people whom only that names.
 */
import { messagesList } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';
import { shownWithPeople } from '../../../shared/runtime/shown-with-people.ts';
import { together } from '../../../shared/runtime/together.ts';

export const listMessages = ({
  ownHistory,
  places,
  shownMessages,
  profiles,
}: Pick<Deps, 'ownHistory' | 'places' | 'shownMessages' | 'profiles'>) =>
  onRequest(messagesList, async ({ params, query, caller }) => {
    const [place, stretch] = await together([
      places.placeOf(caller, params.conversationId),
      ownHistory.stretch(caller, params.conversationId, query),
    ]);
    const { items, nextCursor, hidden } = await ownHistory.page(place, stretch);
    const { messages, users } = await shownWithPeople({ shownMessages, profiles }, place, items);
    return { ...listed('messages', { items: messages, nextCursor }, users), hidden };
  });

export const handler = live(listMessages);
