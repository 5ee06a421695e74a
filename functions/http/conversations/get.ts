/** One conversation, as the caller sees it. */
import { ownView } from '../../../shared/domain/conversation.ts';
import { conversationsGet } from '../../../shared/protocol/routes/conversations.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const getConversation = ({ places, clock }: Pick<Deps, 'places' | 'clock'>) =>
  onRequest(conversationsGet, async ({ params, caller }) => {
    const { conversation, member } = await places.placeOf(caller, params.conversationId);
    return ownView(conversation, member, clock.now());
  });

export const handler = live(getConversation);
