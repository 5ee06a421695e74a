/** A member deletes a message for themselves alone. Safe to repeat. */
import { messagesHide } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const hideMessage = ({ hides }: Pick<Deps, 'hides'>) =>
  onRequest(messagesHide, ({ params, caller }) => hides.hide(caller, params.messageId, params.conversationId));

export const handler = live(hideMessage);
