import * as z from 'zod';
import { conversationId } from '../identifiers.ts';
import {
  conversationNotifications,
  conversationNotificationsPut,
  notificationPreferences,
  notificationPreferencesPut,
} from '../notification-preferences.ts';
import { route } from '../route.ts';

const ownPaths = ['/api/me/notification-preferences'] as const;
const conversationPaths = ['/api/conversations/{conversationId}/notification-preference'] as const;
const params = z.strictObject({ conversationId });

export const notificationPreferencesGet = route({
  name: 'notification-preferences/get',
  method: 'GET',
  paths: ownPaths,
  summary: 'How you are told of messages while you are not there.',
  access: 'token',
  status: 200,
  answer: notificationPreferences,
  errors: ['forbidden'],
});

export const notificationPreferencesSet = route({
  name: 'notification-preferences/put',
  method: 'PUT',
  paths: ownPaths,
  summary: 'Say how you want to be told. What is left out has its default again. Safe to repeat.',
  access: 'token',
  body: notificationPreferencesPut,
  status: 200,
  answer: notificationPreferences,
  errors: ['forbidden'],
});

export const notificationPreferencesOfConversation = route({
  name: 'notification-preferences/of-conversation',
  method: 'GET',
  paths: conversationPaths,
  summary: 'Which messages of a conversation you are told of.',
  access: 'token',
  params,
  status: 200,
  answer: conversationNotifications,
  errors: ['not_found', 'forbidden'],
});

export const notificationPreferencesPutOfConversation = route({
  name: 'notification-preferences/put-of-conversation',
  method: 'PUT',
  paths: conversationPaths,
  summary:
    'Say which messages of a conversation you want to be told of. One that is muted tells you of none, whatever this says. Safe to repeat.',
  access: 'token',
  params,
  body: conversationNotificationsPut,
  status: 200,
  answer: conversationNotifications,
  errors: ['not_found', 'forbidden'],
});
