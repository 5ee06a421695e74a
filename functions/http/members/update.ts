/** An owner changes a member's role. */
import { publicMember } from '../../../shared/domain/conversation.ts';
import { membersUpdate } from '../../../shared/protocol/routes/members.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const updateMember = ({ members, places }: Pick<Deps, 'members' | 'places'>) =>
  onRequest(membersUpdate, async ({ params, body, caller }) => {
    const place = await places.placeOf(caller, params.conversationId);
    return publicMember(await members.setRole(place, params.userId, body.role));
  });

export const handler = live(updateMember);
