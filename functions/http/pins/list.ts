/** The pinned messages of a conversation, the newest pin first. */
import { peopleInPins } from '../../../shared/domain/people.ts';
import { pinsList } from '../../../shared/protocol/routes/pins.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const listPins = ({ pins, profiles }: Pick<Deps, 'pins' | 'profiles'>) =>
  onRequest(pinsList, async ({ params, caller }) => {
    const items = await pins.list(caller, params.conversationId);
    return listed('pins', { items, nextCursor: null }, await profiles.publicOf(caller.tenant, peopleInPins(items)));
  });

export const handler = live(listPins);
