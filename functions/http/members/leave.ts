/** A member leaves a group; its last owner hands over first. */
import { membersLeave } from '../../../shared/protocol/routes/members.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const leaveConversation = ({ members, places }: Pick<Deps, 'members' | 'places'>) =>
  onRequest(membersLeave, async ({ params, caller }) =>
    members.leave(await places.placeOf(caller, params.conversationId)),
  );

export const handler = live(leaveConversation);
