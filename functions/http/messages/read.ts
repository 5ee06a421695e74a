/** Whoever asks has read a conversation up to this message. */
import { messagesRead } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const readMessage = ({ messages, receipts }: Pick<Deps, 'messages' | 'receipts'>) =>
  onRequest(messagesRead, async ({ params, caller }) => {
    const { place, message } = await messages.find(caller, params.messageId, params.conversationId);
    return receipts.raise(place, { read: message.seq });
  });

export const handler = live(readMessage);
