/** Who reacted to a message, and with what. Two round trips: the reactions with the caller's place, then whom they show. */
import { peopleInReactions } from '../../../shared/domain/people.ts';
import { reactionsList } from '../../../shared/protocol/routes/reactions.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const listReactions = ({ reactions, profiles }: Pick<Deps, 'reactions' | 'profiles'>) =>
  onRequest(reactionsList, async ({ params, query, caller }) => {
    const page = await reactions.page(caller, params, query);
    return listed('reactions', page, await profiles.publicOf(caller.tenant, peopleInReactions(page.items)));
  });

export const handler = live(listReactions);
