/** Somebody lets themselves into an open group. Safe to repeat. */
import { memberSeenBy } from '../../../shared/domain/receipts.ts';
import { membersJoin } from '../../../shared/protocol/routes/members.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const joinConversation = ({ members, places }: Pick<Deps, 'members' | 'places'>) =>
  onRequest(membersJoin, async ({ params, caller }) => {
    const place = await places.entranceOf(caller, params.conversationId);
    return memberSeenBy(place, await members.join(place));
  });

export const handler = live(joinConversation);
