/** The host forgets a user: the profile here and now, the memberships by the stream. Safe to repeat. */
import { usersDelete } from '../../../shared/protocol/routes/users.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const deleteUser = ({ users }: Pick<Deps, 'users'>) =>
  onRequest(usersDelete, ({ params, caller }) => users.remove(caller.tenant, params.userId));

export const handler = live(deleteUser);
