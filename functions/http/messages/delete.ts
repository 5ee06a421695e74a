/** A sender or an admin deletes a message; a tombstone stays. Safe to repeat. */
import { messagesDelete } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const deleteMessage = ({ messages }: Pick<Deps, 'messages'>) =>
  onRequest(messagesDelete, ({ params, caller }) => messages.remove(caller, params.messageId, params.conversationId));

export const handler = live(deleteMessage);
