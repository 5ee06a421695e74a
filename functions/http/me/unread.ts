/** What is unread in all of the caller’s conversations together. */
import { meUnread } from '../../../shared/protocol/routes/own-state.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const countUnread = ({ unread }: Pick<Deps, 'unread'>) =>
  onRequest(meUnread, ({ caller }) => unread.totals(caller));

export const handler = live(countUnread);
