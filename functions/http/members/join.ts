/** Somebody lets themselves into an open group. Safe to repeat. */
import { publicMember } from '../../../shared/domain/conversation.ts';
import { membersJoin } from '../../../shared/protocol/routes/members.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const joinConversation = ({ members, places }: Pick<Deps, 'members' | 'places'>) =>
  onRequest(membersJoin, async ({ params, caller }) =>
    publicMember(await members.join(await places.entranceOf(caller, params.conversationId))),
  );

export const handler = live(joinConversation);
