/** What a stage says of notifications, as its functions know it: `NOTIFICATION_SETTINGS`. */
import * as z from 'zod';
import type { TenantNotifications } from '../domain/notification-texts.ts';
import type { MobilePlatform } from '../protocol/device.ts';
import { tenantName } from '../protocol/identifiers.ts';

const tenant = z.strictObject({
  showText: z.boolean(),
  linkTemplate: z.string().nullable(),
  appName: z.string().min(1),
});

const notificationSettings = z.strictObject({
  default: tenant,
  tenants: z.record(tenantName, tenant.partial()),
  /** ARNs of SNS platform applications; null where there is none. */
  platformApplications: z.strictObject({
    fcm: z.string().nullable(),
    apns: z.string().nullable(),
    apnsSandbox: z.string().nullable(),
  }),
  webPush: z.strictObject({ contact: z.string(), hosts: z.array(z.string()) }).nullable(),
  email: z.strictObject({ from: z.string(), identity: z.string().nullable() }).nullable(),
  digestDelayMinutes: z.int().min(0),
});
export type NotificationSettings = z.output<typeof notificationSettings>;

/** @throws where the variable is wrong, with its name */
export const notificationSettingsIn = (text: string): NotificationSettings => {
  try {
    return notificationSettings.parse(JSON.parse(text));
  } catch (error) {
    throw new Error('The environment variable NOTIFICATION_SETTINGS is wrong.', { cause: error });
  }
};

export const notificationsOf = (settings: NotificationSettings, name: string): TenantNotifications => ({
  ...settings.default,
  ...(settings.tenants[name] as Partial<TenantNotifications> | undefined),
});

/** The platform application of a mobile platform; undefined where the stage has none. */
export const applicationOf = (
  { platformApplications: { fcm, apns, apnsSandbox } }: Pick<NotificationSettings, 'platformApplications'>,
  platform: MobilePlatform,
): string | undefined => ({ fcm, apns, 'apns-sandbox': apnsSandbox })[platform] ?? undefined;
