/** One message of a conversation that the caller may see. */
import { messagesGet } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const getMessage = ({ messages, shownMessages }: Pick<Deps, 'messages' | 'shownMessages'>) =>
  onRequest(messagesGet, async ({ params, caller }) => {
    const { place, message } = await messages.see(caller, params.messageId, params.conversationId);
    const [shown] = await shownMessages.show(place, [message]);
    return shown ?? { ...message, thread: null };
  });

export const handler = live(getMessage);
