/** The caller’s drafts in all conversations. */
import { draftsList } from '../../../shared/protocol/routes/drafts.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const listDrafts = ({ drafts }: Pick<Deps, 'drafts'>) =>
  onRequest(draftsList, async ({ query, caller }) => listed('drafts', await drafts.page(caller, query), []));

export const handler = live(listDrafts);
