/** A manager adds users to a group, all or none. Safe to repeat. */
import { memberSeenBy } from '../../../shared/domain/receipts.ts';
import { membersAdd } from '../../../shared/protocol/routes/members.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const addMembers = ({ members, places }: Pick<Deps, 'members' | 'places'>) =>
  onRequest(membersAdd, async ({ params, body, caller }) => {
    const place = await places.placeOf(caller, params.conversationId);
    const added = await members.add(place, body.memberIds, body.role);
    return { members: added.map((one) => memberSeenBy(place, one)) };
  });

export const handler = live(addMembers);
