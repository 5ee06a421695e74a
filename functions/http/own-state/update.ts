/** A member mutes, archives or pins a conversation for themselves. Safe to repeat. */
import { ownStateUpdate } from '../../../shared/protocol/routes/own-state.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const updateOwnState = ({ ownStates }: Pick<Deps, 'ownStates'>) =>
  onRequest(ownStateUpdate, ({ params, body, caller }) => ownStates.patch(caller, params.conversationId, body));

export const handler = live(updateOwnState);
