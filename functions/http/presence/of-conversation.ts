/** Which members of a conversation are there, as far as the caller may know; a page of members at a time. */
import { presenceFor } from '../../../shared/domain/presence.ts';
import { presenceOfConversation } from '../../../shared/protocol/routes/presence.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';
import { together } from '../../../shared/runtime/together.ts';

export const listPresence = ({
  places,
  members,
  presence,
  profiles,
  clock,
}: Pick<Deps, 'places' | 'members' | 'presence' | 'profiles' | 'clock'>) =>
  onRequest(presenceOfConversation, async ({ params, query, caller }) => {
    const place = await places.placeOf(caller, params.conversationId);
    const { items, nextCursor } = await members.page(place, query);
    const now = clock.now();
    const users = items.map(({ userId }) => userId);
    const [[viewer, ...found], shown] = await together([
      presence.statesOf(caller.tenant, [caller.user, ...users]),
      profiles.publicOf(caller.tenant, users),
    ]);
    const areContacts = place.member !== undefined || caller.roles.includes('service');
    const presences = found.map((one) => presenceFor(viewer, one, areContacts, now));
    return listed('presences', { items: presences, nextCursor }, shown);
  });

export const handler = live(listPresence);
