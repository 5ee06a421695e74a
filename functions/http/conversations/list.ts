/** The caller's inbox: what is pinned, then the rest, newest activity first; or what is archived. With the people in it. */
import { peopleInInbox } from '../../../shared/domain/people.ts';
import { conversationsList } from '../../../shared/protocol/routes/conversations.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const listConversations = ({ inbox, profiles }: Pick<Deps, 'inbox' | 'profiles'>) =>
  onRequest(conversationsList, async ({ query, caller }) => {
    const page = await inbox.page(caller, query);
    return listed('conversations', page, await profiles.publicOf(caller.tenant, peopleInInbox(page.items)));
  });

export const handler = live(listConversations);
