/** A sender changes a message of theirs. Safe to repeat. */
import { messagesUpdate } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const updateMessage = ({ editMessage }: Pick<Deps, 'editMessage'>) =>
  onRequest(messagesUpdate, ({ params, body, caller }) =>
    editMessage(caller, params.messageId, body, params.conversationId),
  );

export const handler = live(updateMessage);
