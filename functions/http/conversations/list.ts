/** The caller's inbox: what is pinned, then the rest, newest activity first; or what is archived. */
import { conversationsList } from '../../../shared/protocol/routes/conversations.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const listConversations = ({ inbox }: Pick<Deps, 'inbox'>) =>
  onRequest(conversationsList, async ({ query, caller }) => listed('conversations', await inbox.page(caller, query)));

export const handler = live(listConversations);
