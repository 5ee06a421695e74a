/** The caller says how they want to be told of messages. Safe to repeat. */
import { notificationPreferencesSet } from '../../../shared/protocol/routes/notification-preferences.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const putNotificationPreferences = ({ notificationPreferences }: Pick<Deps, 'notificationPreferences'>) =>
  onRequest(notificationPreferencesSet, ({ body, caller }) => notificationPreferences.put(caller, body));

export const handler = live(putNotificationPreferences);
