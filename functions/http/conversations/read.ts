/** Whoever asks has read a conversation up to a number, or all of it. */
import { conversationsRead } from '../../../shared/protocol/routes/conversations.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const readConversation = ({ places, receipts }: Pick<Deps, 'places' | 'receipts'>) =>
  onRequest(conversationsRead, async ({ params, body, caller }) => {
    const place = await places.placeOf(caller, params.conversationId);
    return receipts.raise(place, { read: body.seq ?? place.conversation.seq });
  });

export const handler = live(readConversation);
