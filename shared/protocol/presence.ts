/** Who is there: what people are told of each other, and who may be told. */
import * as z from 'zod';
import { timestamp, userId } from './identifiers.ts';

/** What a connection says of itself: somebody looks at the app, or it is hidden. */
export const heartbeatStatus = z.enum(['online', 'away']).meta({ id: 'HeartbeatStatus' });
export type HeartbeatStatus = z.infer<typeof heartbeatStatus>;

export const presenceStatus = z.enum(['online', 'away', 'offline']).meta({ id: 'PresenceStatus' });
export type PresenceStatus = z.infer<typeof presenceStatus>;

/** Contacts are those with whom one shares a conversation. */
export const presencePrivacy = z.enum(['everyone', 'contacts', 'nobody']).meta({
  id: 'PresencePrivacy',
  description:
    'Who learns whether you are there: every user of the tenant, those who share a conversation with you (the default), or nobody. Nobody also sees you type then.',
});
export type PresencePrivacy = z.infer<typeof presencePrivacy>;

export const presence = z
  .object({
    userId,
    status: presenceStatus.meta({ description: 'The best of all devices.' }),
    lastSeenAt: timestamp.nullable().meta({
      description: 'The last sign of life of who is offline; null otherwise, and where it is not for you to know.',
    }),
    asOf: timestamp.meta({ description: 'Of two of the same user, believe the later.' }),
  })
  .meta({ id: 'Presence', description: 'Whether somebody is there, as far as you may know.' });
export type Presence = z.infer<typeof presence>;
