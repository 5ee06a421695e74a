/** Whoever asks, as they see themselves. */
import { meGet } from '../../../shared/protocol/routes/users.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const getMe = ({ users }: Pick<Deps, 'users'>) =>
  onRequest(meGet, ({ caller }) => users.own(caller.tenant, caller.user));

export const handler = live(getMe);
