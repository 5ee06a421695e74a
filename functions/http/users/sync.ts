/** The host tells of its users: one, or up to 100, each safe to repeat. */
import { usersSync } from '../../../shared/protocol/routes/users.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { together } from '../../../shared/runtime/together.ts';

export const syncUsers = ({ users }: Pick<Deps, 'users'>) =>
  onRequest(usersSync, async ({ body, caller }) => {
    const said = 'users' in body ? body.users : [body];
    return { users: await together(said.map((user) => users.sync(caller.tenant, user))) };
  });

export const handler = live(syncUsers);
