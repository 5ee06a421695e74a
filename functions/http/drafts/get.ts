/** The caller’s draft in a conversation. */
import { draftsGet } from '../../../shared/protocol/routes/drafts.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const getDraft = ({ drafts }: Pick<Deps, 'drafts'>) =>
  onRequest(draftsGet, ({ params, caller }) => drafts.get(caller, params.conversationId));

export const handler = live(getDraft);
