/** The members of a conversation, by user id. */
import { peopleInMembers } from '../../../shared/domain/people.ts';
import { memberSeenBy } from '../../../shared/domain/receipts.ts';
import { membersList } from '../../../shared/protocol/routes/members.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const listMembers = ({ members, places, profiles }: Pick<Deps, 'members' | 'places' | 'profiles'>) =>
  onRequest(membersList, async ({ params, query, caller }) => {
    const place = await places.placeOf(caller, params.conversationId);
    const { items, nextCursor } = await members.page(place, query);
    const users = await profiles.publicOf(caller.tenant, peopleInMembers(items));
    return listed('members', { items: items.map((one) => memberSeenBy(place, one)), nextCursor }, users);
  });

export const handler = live(listMembers);
