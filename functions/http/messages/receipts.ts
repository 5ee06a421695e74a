/** Who has received and read a message. Two round trips: the message with the caller's place, then the members. */
import { messagesReceipts } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const listReceipts = ({ messages, receipts }: Pick<Deps, 'messages' | 'receipts'>) =>
  onRequest(messagesReceipts, async ({ params, query, caller }) => {
    const { place, message } = await messages.see(caller, params.messageId, params.conversationId);
    return receipts.page(place, message, query);
  });

export const handler = live(listReceipts);
