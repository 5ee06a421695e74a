/** Somebody blocks somebody. Safe to repeat. */
import { blocksAdd } from '../../../shared/protocol/routes/blocks.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const addBlock = ({ blocks }: Pick<Deps, 'blocks'>) =>
  onRequest(blocksAdd, ({ params, caller }) => blocks.add(caller, params.userId));

export const handler = live(addBlock);
