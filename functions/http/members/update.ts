/** An owner changes a member's role. */
import { memberSeenBy } from '../../../shared/domain/receipts.ts';
import { membersUpdate } from '../../../shared/protocol/routes/members.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const updateMember = ({ members, places }: Pick<Deps, 'members' | 'places'>) =>
  onRequest(membersUpdate, async ({ params, body, caller }) => {
    const place = await places.placeOf(caller, params.conversationId);
    return memberSeenBy(place, await members.setRole(place, params.userId, body.role));
  });

export const handler = live(updateMember);
