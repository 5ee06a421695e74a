/** What the caller missed, for clients without a socket: a page of it. */
import { syncCreate } from '../../../shared/protocol/routes/sync.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const createSyncPage = ({ sync }: Pick<Deps, 'sync'>) =>
  onRequest(syncCreate, ({ body, caller }) => sync.page(caller, body));

export const handler = live(createSyncPage);
