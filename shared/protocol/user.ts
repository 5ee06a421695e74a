import * as z from 'zod';
import { timestamp, userId } from './identifiers.ts';
import { notificationLevel } from './notification-preferences.ts';
import { presencePrivacy } from './presence.ts';
import { byteLength, text } from './text.ts';

export const displayName = text({ max: 100, maxBytes: 400 });

const avatarUrl = z
  .url({ protocol: /^https$/, error: 'must be an https URL' })
  .max(1024)
  .meta({ description: 'https only', examples: ['https://example.com/ada.png'] });

const locale = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'is not a BCP 47 language tag')
  .meta({ description: 'BCP 47', examples: ['en-GB'] });

const email = z
  .email('is not an e-mail address')
  .max(254)
  .meta({
    description: 'Where digests of unread messages go; never shown to other users.',
    examples: ['ada@example.com'],
  });

/** What a double counts exactly and the table can hold. */
const fact = z
  .number()
  .refine(
    (value) => value === 0 || (Math.abs(value) >= 1e-100 && Math.abs(value) <= Number.MAX_SAFE_INTEGER),
    `must be 0, or from 1e-100 to ${Number.MAX_SAFE_INTEGER} in size`,
  );

const metadataBytes = 2 * 1024;

const metadata = z
  .record(
    text({ max: 40 }),
    z.union([text({ max: 500, min: 0 }), fact, z.boolean()], { error: 'must be text, a number, true or false' }),
  )
  .refine((value) => Object.keys(value).length <= 20, 'must hold at most 20 entries')
  .refine(
    (value) => byteLength(JSON.stringify(value)) <= metadataBytes,
    `must be at most ${metadataBytes} bytes of JSON`,
  )
  .meta({
    description: `The host's own facts about the user, at most 20 and ${metadataBytes} bytes of JSON; never shown to other users.`,
  });

export const preferences = z
  .strictObject({
    locale: locale.optional(),
    notifications: notificationLevel.optional().meta({
      description:
        'Which messages you are told of while you are not there, where a conversation says nothing else; all unless it is set. What is said in a direct conversation counts as a mention.',
    }),
    readReceipts: z.boolean().optional().meta({
      description:
        'Whether others learn what you have received and read, and you what they have; true unless it is set. Posting still shows that you have read what came before.',
    }),
    presence: presencePrivacy.optional(),
  })
  .meta({ id: 'Preferences' });

/** The public part: what any user of the tenant may see. */
export const user = z
  .object({ id: userId, displayName: displayName.nullable(), avatarUrl: avatarUrl.nullable() })
  .meta({ id: 'User', description: 'The public part of a user.' });
export type User = z.infer<typeof user>;

/** What a user sees of themselves, and the host of its users. */
export const ownUser = user
  .extend({
    locale: locale.nullable(),
    email: email.nullable(),
    metadata,
    preferences,
    createdAt: timestamp.nullable(),
    updatedAt: timestamp.nullable(),
  })
  .meta({
    id: 'OwnUser',
    description: 'A user, as themselves and the host see it. Times are null until the host has synced it.',
  });
export type OwnUser = z.infer<typeof ownUser>;

/** What the host says of a user. A field left out stays as it is; null removes it. */
export const userSync = z
  .strictObject({
    id: userId,
    displayName: displayName.nullable().optional(),
    avatarUrl: avatarUrl.nullable().optional(),
    locale: locale.nullable().optional(),
    email: email.nullable().optional(),
    metadata: metadata.optional(),
  })
  .meta({ id: 'UserSync' });
export type UserSync = z.infer<typeof userSync>;

export const preferencesPatch = z.strictObject({ preferences }).meta({ id: 'MePatch' });
export type Preferences = z.infer<typeof preferences>;
