/** Who reacted to a message, and with what. */
import { reactionsList } from '../../../shared/protocol/routes/reactions.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const listReactions = ({ reactions }: Pick<Deps, 'reactions'>) =>
  onRequest(reactionsList, async ({ params, query, caller }) =>
    listed('reactions', await reactions.page(caller, params, query)),
  );

export const handler = live(listReactions);
