/** A member keeps what they have written so far; the last of their devices wins. Safe to repeat. */
import { draftsPut } from '../../../shared/protocol/routes/drafts.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const putDraft = ({ drafts }: Pick<Deps, 'drafts'>) =>
  onRequest(draftsPut, ({ params, body, caller }) => drafts.put(caller, params.conversationId, body));

export const handler = live(putDraft);
