/** A member posts a message. Safe to repeat with the same `clientMessageId`; answered means stored. */
import { messagesCreate } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const createMessage = ({ sendMessage }: Pick<Deps, 'sendMessage'>) =>
  onRequest(messagesCreate, ({ params, body, caller }) => sendMessage(caller, params.conversationId, body));

export const handler = live(createMessage);
