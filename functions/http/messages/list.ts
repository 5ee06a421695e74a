/** History, newest first. Two round trips: who asks and what is there are read side by side, then whom it shows. */
import { peopleInMessages } from '../../../shared/domain/people.ts';
import { messagesList } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';
import { together } from '../../../shared/runtime/together.ts';

export const listMessages = ({ history, places, profiles }: Pick<Deps, 'history' | 'places' | 'profiles'>) =>
  onRequest(messagesList, async ({ params, query, caller }) => {
    const [place, stretch] = await together([
      places.placeOf(caller, params.conversationId),
      history.stretch(caller.tenant, params.conversationId, query),
    ]);
    const page = await history.page(place, stretch);
    return listed('messages', page, await profiles.publicOf(caller.tenant, peopleInMessages(page.items)));
  });

export const handler = live(listMessages);
