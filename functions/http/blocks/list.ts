/** Whom the caller has blocked. */
import { peopleInBlocks } from '../../../shared/domain/people.ts';
import { blocksList } from '../../../shared/protocol/routes/blocks.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const listBlocks = ({ blocks, profiles }: Pick<Deps, 'blocks' | 'profiles'>) =>
  onRequest(blocksList, async ({ query, caller }) => {
    const page = await blocks.page(caller, query);
    return listed('blocks', page, await profiles.publicOf(caller.tenant, peopleInBlocks(page.items)));
  });

export const handler = live(listBlocks);
