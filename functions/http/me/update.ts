/** Whoever asks changes their own preferences. */
import { meUpdate } from '../../../shared/protocol/routes/users.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const updateMe = ({ users }: Pick<Deps, 'users'>) =>
  onRequest(meUpdate, ({ body, caller }) => users.setPreferences(caller.tenant, caller.user, body.preferences));

export const handler = live(updateMe);
