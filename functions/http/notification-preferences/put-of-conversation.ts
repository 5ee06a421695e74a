/** The caller says which messages of a conversation they want to be told of. Safe to repeat. */
import { notificationPreferencesPutOfConversation } from '../../../shared/protocol/routes/notification-preferences.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const putPreferenceOfConversation = ({ notificationPreferences }: Pick<Deps, 'notificationPreferences'>) =>
  onRequest(notificationPreferencesPutOfConversation, ({ params, body, caller }) =>
    notificationPreferences.putOfConversation(caller, params.conversationId, body.notifications),
  );

export const handler = live(putPreferenceOfConversation);
