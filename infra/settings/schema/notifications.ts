/** What a stage says about notifications: docs/notifications.md. */
import * as z from 'zod';
import { tenantName } from '../../../shared/protocol/identifiers.ts';

const linkTemplate = z
  .string()
  .max(500)
  .refine((value) => URL.canParse(value.replaceAll(/\{(conversationId|seq)\}/g, 'x')), { error: 'must be an address' })
  .refine((value) => value.includes('{conversationId}'), { error: 'must have {conversationId} in it' })
  .nullable();

const tenant = z.strictObject({
  /** Whether pushes and e-mails quote what was said; otherwise they say that something was. */
  showText: z.boolean(),
  /** Where they lead, such as `https://chat.example.com/c/{conversationId}/m/{seq}`; null for nowhere. */
  linkTemplate,
  /** What users know the product as. */
  appName: z.string().min(1).max(60),
});

/** A platform application is made by hand, because it takes the secrets of Google and Apple. */
const application = (platform: 'GCM' | 'APNS' | 'APNS_SANDBOX') =>
  z
    .string()
    .regex(new RegExp(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\\d{12}:app/${platform}/[A-Za-z0-9_.-]+$`), {
      error: `must be the ARN of a platform application of SNS for ${platform}`,
    })
    .nullable()
    .default(null);

/** Those of the makers of browsers. */
const pushServices = ['fcm.googleapis.com', '*.push.services.mozilla.com', '*.push.apple.com', '*.notify.windows.com'];

const host = z
  .string()
  .regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/, { error: 'must be a host, such as *.push.apple.com' });

export const notifications = z.strictObject({
  default: z
    .strictObject({
      showText: tenant.shape.showText.default(true),
      linkTemplate: tenant.shape.linkTemplate.default(null),
      appName: tenant.shape.appName.default('Parley'),
    })
    .prefault({}),
  /** What one tenant has otherwise. */
  tenants: z.record(tenantName, tenant.partial()).default({}),
  platformApplications: z
    .strictObject({
      fcm: application('GCM'),
      apns: application('APNS'),
      apnsSandbox: application('APNS_SANDBOX'),
    })
    .prefault({}),
  /** null: no pushes to browsers. */
  webPush: z
    .strictObject({
      /** Whom push services may ask, `mailto:ops@example.com` or an https address. */
      contact: z
        .string()
        .regex(/^(mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/, { error: 'must be a mailto: or https: address' }),
      /** Web pushes go to no other hosts. */
      hosts: z.array(host).min(1).default(pushServices),
    })
    .nullable()
    .default(null),
  /** null: no e-mails. */
  email: z
    .strictObject({
      /** `chat@example.com`, or with a name, `Chat <chat@example.com>`. */
      from: z.string().regex(/^[^<>]*<?[^@<>\s]+@[^@<>\s]+>?$/, { error: 'must be an e-mail address' }),
      /** What SES has verified, an address or a domain; null for the domain of `from`. */
      identity: z.string().min(3).nullable().default(null),
    })
    .nullable()
    .default(null),
  /** How long something stays unread before it is mailed. */
  digestDelayMinutes: z.int().min(1).max(1_440).default(15),
});
export type NotificationSettings = z.output<typeof notifications>;

/** What SES has to have verified. */
export const identityOf = ({ from, identity }: NonNullable<NotificationSettings['email']>): string =>
  identity ?? from.replace(/>$/, '').split('@').at(-1) ?? '';

/** Whether there is a way to tell anybody: a platform application, web pushes or e-mails. */
export const tellsSomebody = ({ platformApplications, webPush, email }: NotificationSettings): boolean =>
  webPush !== null || email !== null || Object.values(platformApplications).some((arn) => arn !== null);
