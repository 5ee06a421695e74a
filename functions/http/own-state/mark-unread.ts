/** A member marks a conversation as unread, until they read or post. Safe to repeat. */
import { ownStateMarkUnread } from '../../../shared/protocol/routes/own-state.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const markUnread = ({ ownStates }: Pick<Deps, 'ownStates'>) =>
  onRequest(ownStateMarkUnread, ({ params, caller }) => ownStates.markUnread(caller, params.conversationId));

export const handler = live(markUnread);
