/** A member takes their unread mark back. Safe to repeat. */
import { ownStateClearUnread } from '../../../shared/protocol/routes/own-state.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const clearUnread = ({ ownStates }: Pick<Deps, 'ownStates'>) =>
  onRequest(ownStateClearUnread, ({ params, caller }) => ownStates.clearUnread(caller, params.conversationId));

export const handler = live(clearUnread);
