/** History, newest first. One round trip: who asks and what is there are read side by side. */
import { messagesList } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';
import { together } from '../../../shared/runtime/together.ts';

export const listMessages = ({ history, places }: Pick<Deps, 'history' | 'places'>) =>
  onRequest(messagesList, async ({ params, query, caller }) => {
    const [place, stretch] = await together([
      places.placeOf(caller, params.conversationId),
      history.stretch(caller.tenant, params.conversationId, query),
    ]);
    return listed('messages', await history.page(place, stretch));
  });

export const handler = live(listMessages);
