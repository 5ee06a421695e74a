/** The public part of any user of the caller's tenant. */
import { usersGet } from '../../../shared/protocol/routes/users.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const getUser = ({ users }: Pick<Deps, 'users'>) =>
  onRequest(usersGet, ({ params, caller }) => users.publicPart(caller.tenant, params.userId));

export const handler = live(getUser);
