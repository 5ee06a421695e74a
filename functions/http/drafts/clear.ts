/** A member clears their draft. Safe to repeat. */
import { draftsClear } from '../../../shared/protocol/routes/drafts.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const clearDraft = ({ drafts }: Pick<Deps, 'drafts'>) =>
  onRequest(draftsClear, ({ params, caller }) => drafts.clear(caller, params.conversationId));

export const handler = live(clearDraft);
