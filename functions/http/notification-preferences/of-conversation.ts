/** Which messages of a conversation the caller wants to be told of. */
import { notificationPreferencesOfConversation } from '../../../shared/protocol/routes/notification-preferences.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const getPreferenceOfConversation = ({ notificationPreferences }: Pick<Deps, 'notificationPreferences'>) =>
  onRequest(notificationPreferencesOfConversation, ({ params, caller }) =>
    notificationPreferences.ofConversation(caller, params.conversationId),
  );

export const handler = live(getPreferenceOfConversation);
