/** One message of a conversation that the caller may see. */
import { messagesGet } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const getMessage = ({ messages }: Pick<Deps, 'messages'>) =>
  onRequest(messagesGet, ({ params, caller }) => messages.get(caller, params.messageId, params.conversationId));

export const handler = live(getMessage);
