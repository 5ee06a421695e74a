/** What a member keeps of a conversation for themselves: nobody else sees it, and all their devices agree on it. */
import * as z from 'zod';
import { conversationId, sequence, stateVersion, timestamp } from './identifiers.ts';

/** Beyond it an app shows `99+`. */
export const mostMentions = 100;

/** What `mutedUntil` says of a conversation that is muted for ever. */
export const forEver = '9999-12-31T23:59:59.999Z';

const ownFields = {
  markedUnread: z.boolean().meta({ description: 'You marked it as unread, and have not read or posted since.' }),
  mutedUntil: timestamp.nullable().meta({
    description: `Muted until then; \`${forEver}\` for ever; a time that has passed, or null: not muted.`,
  }),
  archivedAt: timestamp.nullable().meta({ description: 'null where it is in the inbox.' }),
  pinnedAt: timestamp.nullable().meta({ description: 'null where it is not pinned to the top of the inbox.' }),
  mentionCount: z
    .int()
    .min(0)
    .max(mostMentions)
    .meta({ description: `Messages that you have not read and that mention you; counted up to ${mostMentions}.` }),
};

export const ownState = z.object({
  ownVersion: stateVersion.meta({
    description:
      'Grows with each change of `markedUnread`, `mutedUntil`, `archivedAt`, `pinnedAt` and `mentionCount`: of two states the one with the greater version is the newer.',
  }),
  ...ownFields,
});
export type OwnState = z.infer<typeof ownState>;

/** The same as news: `version` is `ownVersion`. */
export const membershipNews = z
  .object({ conversationId, version: ownState.shape.ownVersion, lastReadSeq: sequence, ...ownFields })
  .meta({ id: 'MembershipUpdated' });

export const ownStatePatch = z
  .strictObject({
    muted: z
      .union([z.boolean(), z.strictObject({ until: timestamp })], {
        error: 'must be true, false, or an object that holds `until`',
      })
      .optional()
      .meta({ description: '`true` is for ever; a time that has passed unmutes.' }),
    archived: z.boolean().optional().meta({ description: 'An archived conversation is not pinned any more.' }),
    pinned: z.boolean().optional().meta({ description: 'A pinned conversation is not archived any more.' }),
  })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined), 'must change something')
  .refine(({ archived, pinned }) => !(archived && pinned), 'cannot be archived and pinned at once')
  .meta({ id: 'OwnStatePatch' });
export type OwnStatePatch = z.infer<typeof ownStatePatch>;

const totals = {
  conversations: z.int().min(0).meta({ description: 'With something unread, or marked as unread.' }),
  messages: z.int().min(0),
  mentions: z.int().min(0),
};

export const unreadTotals = z
  .object({
    ...totals,
    quiet: z.object(totals).meta({
      description: 'The same of conversations that are muted or archived: they are not in the figures above.',
    }),
    isComplete: z.boolean().meta({
      description:
        'false for somebody with more than 1,000 conversations: those that were silent longest are left out.',
    }),
  })
  .meta({ id: 'UnreadTotals' });
export type UnreadTotals = z.infer<typeof unreadTotals>;
