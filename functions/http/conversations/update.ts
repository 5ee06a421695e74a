/** A manager changes title or settings of a group. */
import { ownView } from '../../../shared/domain/conversation.ts';
import { conversationsUpdate } from '../../../shared/protocol/routes/conversations.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const updateConversation = ({
  conversations,
  places,
  clock,
}: Pick<Deps, 'conversations' | 'places' | 'clock'>) =>
  onRequest(conversationsUpdate, async ({ params, body, caller }) => {
    const place = await places.placeOf(caller, params.conversationId);
    return ownView(await conversations.update(place, body), place.member, clock.now());
  });

export const handler = live(updateConversation);
