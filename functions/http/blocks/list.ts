/** Whom the caller has blocked. */
import { blocksList } from '../../../shared/protocol/routes/blocks.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const listBlocks = ({ blocks }: Pick<Deps, 'blocks'>) =>
  onRequest(blocksList, async ({ query, caller }) => listed('blocks', await blocks.page(caller, query)));

export const handler = live(listBlocks);
