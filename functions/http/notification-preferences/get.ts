/** How the caller wants to be told of messages. */
import { notificationPreferencesGet } from '../../../shared/protocol/routes/notification-preferences.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const getNotificationPreferences = ({ notificationPreferences }: Pick<Deps, 'notificationPreferences'>) =>
  onRequest(notificationPreferencesGet, ({ caller }) => notificationPreferences.own(caller));

export const handler = live(getNotificationPreferences);
