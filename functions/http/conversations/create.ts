/** Founds a conversation; two users always share one. */
import { ownView } from '../../../shared/domain/conversation.ts';
import { conversationsCreate } from '../../../shared/protocol/routes/conversations.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const createConversation = ({ conversations, clock }: Pick<Deps, 'conversations' | 'clock'>) =>
  onRequest(conversationsCreate, async ({ body, caller }) => {
    const { conversation, member } = await conversations.create(caller, body);
    return ownView(conversation, member, clock.now());
  });

export const handler = live(createConversation);
