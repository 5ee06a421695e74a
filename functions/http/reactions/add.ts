/** A member reacts to a message. Safe to repeat. */
import { reactionsAdd } from '../../../shared/protocol/routes/reactions.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const addReaction = ({ reactions }: Pick<Deps, 'reactions'>) =>
  onRequest(reactionsAdd, ({ params, body, caller }) => reactions.add(caller, params, body.emoji));

export const handler = live(addReaction);
