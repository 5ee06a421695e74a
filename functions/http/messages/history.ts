/** What a message was before it was edited or deleted; for admins of the conversation. */
import { messagesHistory } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { listed } from '../../../shared/runtime/listed.ts';

export const messageHistory = ({ messages, versions }: Pick<Deps, 'messages' | 'versions'>) =>
  onRequest(messagesHistory, async ({ params, query, caller }) => {
    const { place, message } = await messages.find(caller, params.messageId, params.conversationId);
    return listed('versions', await versions.page(place, message, query), []);
  });

export const handler = live(messageHistory);
