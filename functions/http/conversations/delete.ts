/** An owner deletes a group for everybody. */
import { conversationsDelete } from '../../../shared/protocol/routes/conversations.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const deleteConversation = ({ conversations, places }: Pick<Deps, 'conversations' | 'places'>) =>
  onRequest(conversationsDelete, async ({ params, caller }) =>
    conversations.remove(await places.placeOf(caller, params.conversationId)),
  );

export const handler = live(deleteConversation);
