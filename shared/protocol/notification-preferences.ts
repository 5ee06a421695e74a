/** When and how somebody wants to hear of messages while they are not there. */
import * as z from 'zod';
import { conversationId } from './identifiers.ts';

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00')
  .meta({ examples: ['22:00'] });

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** A name and no offset: only a name knows when the clocks are changed. */
const timeZone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/, 'is not the name of a time zone')
  .refine(isTimeZone, 'is not the name of a time zone')
  .meta({ description: 'A name of the IANA time zone database.', examples: ['Europe/Berlin'] });

export const quietHours = z
  .strictObject({ from: timeOfDay, to: timeOfDay, timeZone })
  .refine(({ from, to }) => from !== to, 'must begin and end at different times')
  .meta({
    id: 'QuietHours',
    description:
      'From the first time of day up to the second, by the clocks of the time zone; past midnight where that is earlier.',
  });
export type QuietHours = z.infer<typeof quietHours>;

const said = {
  push: z.boolean().meta({ description: 'To phones and tablets.' }),
  webPush: z.boolean().meta({ description: 'To browsers.' }),
  email: z.boolean().meta({ description: 'A digest of what is still unread after a while.' }),
  quietHours: quietHours.nullable().meta({
    description: 'No pushes meanwhile; digests wait until they are over. null: none.',
  }),
};

export const notificationPreferences = z.object(said).meta({ id: 'NotificationPreferences' });
export type NotificationPreferences = z.output<typeof notificationPreferences>;

/** What somebody says who says nothing. */
export const asUsual: NotificationPreferences = { push: true, webPush: true, email: true, quietHours: null };

export const notificationPreferencesPut = z
  .strictObject({
    push: said.push.default(asUsual.push),
    webPush: said.webPush.default(asUsual.webPush),
    email: said.email.default(asUsual.email),
    quietHours: said.quietHours.default(asUsual.quietHours),
  })
  .meta({ id: 'NotificationPreferencesPut' });

/** Which messages one is told of. */
export const notificationLevel = z.enum(['all', 'mentions', 'none']).meta({ id: 'NotificationLevel' });
export type NotificationLevel = z.infer<typeof notificationLevel>;

const level = notificationLevel.nullable().meta({
  description: 'null: as your preference `notifications` says, or all.',
});

export const conversationNotificationsPut = z
  .strictObject({ notifications: level })
  .meta({ id: 'ConversationNotificationsPut' });

export const conversationNotifications = z
  .object({ conversationId, notifications: level })
  .meta({ id: 'ConversationNotifications' });
export type ConversationNotifications = z.infer<typeof conversationNotifications>;
