/** Somebody unblocks somebody. Safe to repeat. */
import { blocksRemove } from '../../../shared/protocol/routes/blocks.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const removeBlock = ({ blocks }: Pick<Deps, 'blocks'>) =>
  onRequest(blocksRemove, ({ params, caller }) => blocks.remove(caller.tenant, caller.user, params.userId));

export const handler = live(removeBlock);
