/** A manager removes somebody from a group. */
import { membersRemove } from '../../../shared/protocol/routes/members.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const removeMember = ({ members, places }: Pick<Deps, 'members' | 'places'>) =>
  onRequest(membersRemove, async ({ params, caller }) =>
    members.remove(await places.placeOf(caller, params.conversationId), params.userId),
  );

export const handler = live(removeMember);
