/** A member takes back a reaction of theirs. Safe to repeat. */
import { reactionsRemove } from '../../../shared/protocol/routes/reactions.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const removeReaction = ({ reactions }: Pick<Deps, 'reactions'>) =>
  onRequest(reactionsRemove, ({ params, caller }) => reactions.remove(caller, params, params.emoji));

export const handler = live(removeReaction);
