/** Who has received and read a message. Three round trips: the message with the caller's place, the members, their profiles. */
import { peopleInReceipts } from '../../../shared/domain/people.ts';
import { messagesReceipts } from '../../../shared/protocol/routes/messages.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const listReceipts = ({ messages, receipts, profiles }: Pick<Deps, 'messages' | 'receipts' | 'profiles'>) =>
  onRequest(messagesReceipts, async ({ params, query, caller }) => {
    const { place, message } = await messages.see(caller, params.messageId, params.conversationId);
    const page = await receipts.page(place, message, query);
    return { ...page, users: await profiles.publicOf(caller.tenant, peopleInReceipts(page)) };
  });

export const handler = live(listReceipts);
