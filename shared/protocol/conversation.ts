import * as z from 'zod';
import { conversationId, sequence, timestamp, userId } from './identifiers.ts';
import { preview } from './message.ts';
import { ownState } from './own-state.ts';
import { memberRole } from './roles.ts';
import { text } from './text.ts';

export const conversationType = z.enum(['direct', 'group']).meta({ id: 'ConversationType' });

export const conversationSettings = z
  .strictObject({
    open: z.boolean().meta({ description: 'Whether any user of the tenant who knows the id may join.' }),
    whoMayPost: z.enum(['everybody', 'admins']).meta({
      description: 'Every member, or owners and admins alone. Who may not post may not edit either.',
    }),
    whoMayAdd: z.enum(['admins', 'everybody']).meta({
      description: 'Who adds plain members: owners and admins alone, or every member.',
    }),
    historyFrom: z.enum(['start', 'join']).meta({
      description: 'What newcomers see: everything from the start, or what is said after they joined.',
    }),
    slowModeSeconds: z.int().min(0).max(3_600).meta({
      description: 'How long a plain member waits from one message to the next; 0 is not at all.',
    }),
    retentionDays: z.int().min(1).max(3_650).nullable().meta({
      description:
        "Days after which a message is forgotten, at most as many as the tenant's; null is the tenant's. A shorter one holds for what was said already, too.",
    }),
  })
  .meta({ id: 'ConversationSettings' });
export type ConversationSettings = z.infer<typeof conversationSettings>;

/** Who hears live what happens in it. */
export const live = z.enum(['all', 'subscribed']).meta({ id: 'Live' });
export type Live = z.infer<typeof live>;

export const title = text({ max: 200, maxBytes: 800 });

/** What is the same for everybody who sees it. */
export const conversation = z
  .object({
    id: conversationId,
    type: conversationType,
    title: title.nullable(),
    settings: conversationSettings,
    memberCount: z.int().min(0),
    memberIds: z.array(userId).optional().meta({
      description: 'Both users of a direct conversation; left out for a group, whose members are a list of their own.',
    }),
    live: live.meta({
      description:
        'Who hears live what happens in it: `all` connections of its members or, in a large room, those that have `subscribed`.',
    }),
    seq: sequence.meta({ description: 'The number of the newest message; 0 before the first.' }),
    rev: sequence.meta({
      description: 'Counts what changed after it was first said: edits, deletions, members, settings.',
    }),
    lastMessage: preview.nullable().meta({
      description: 'The newest; null before the first, and for who has deleted it for themselves.',
    }),
    lastActivityAt: timestamp,
    createdAt: timestamp,
    createdBy: userId,
    updatedAt: timestamp,
  })
  .meta({ id: 'Conversation' });
export type Conversation = z.infer<typeof conversation>;

/** A conversation as one of its members sees it. */
export const ownConversation = conversation
  .extend({
    role: memberRole
      .nullable()
      .meta({ description: 'Your role; null for a service or a moderator who is not a member.' }),
    joinedSeq: sequence.nullable().meta({
      description:
        'The newest number when you joined; null for who is not a member. Where `historyFrom` is `join`, you see what has a greater one.',
    }),
    lastReadSeq: sequence.nullable(),
    unreadCount: z.int().min(0),
    ...ownState.shape,
  })
  .meta({ id: 'OwnConversation' });
export type OwnConversation = z.infer<typeof ownConversation>;

const memberIds = z.array(userId).max(1_000);

export const conversationCreate = z
  .strictObject({
    type: conversationType,
    memberIds: memberIds.meta({
      description: 'You are always included, unless you are a service. Direct: exactly two users in all.',
    }),
    title: title.nullable().optional(),
    settings: conversationSettings.partial().optional().meta({
      description: 'Closed; everybody posts and sees everything, admins add members; unless it says otherwise.',
    }),
  })
  .meta({ id: 'ConversationCreate' });
export type ConversationCreate = z.infer<typeof conversationCreate>;

export const conversationPatch = z
  .strictObject({ title: title.nullable().optional(), settings: conversationSettings.partial().optional() })
  .refine((patch) => patch.title !== undefined || patch.settings !== undefined, 'must change something')
  .meta({ id: 'ConversationPatch' });
export type ConversationPatch = z.infer<typeof conversationPatch>;

export const member = z
  .object({
    conversationId,
    userId,
    role: memberRole,
    joinedAt: timestamp,
    lastReadSeq: sequence.nullable().meta({
      description:
        'How far they have read, as far as they show it; of yourself, whether or not you do. null of others while your own read receipts are off. In events: how far the conversation was when they joined.',
    }),
    lastDeliveredSeq: sequence.nullable().meta({ description: 'How far they have received; likewise.' }),
    rev: sequence.meta({
      description: 'The revision of the conversation that last changed this membership; 0 for a founding member.',
    }),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof member>;

/** How somebody hears that a conversation is not theirs any more. */
export const conversationRemoval = z
  .object({ conversationId, rev: sequence, reason: z.enum(['left', 'removed', 'deleted']) })
  .meta({ id: 'ConversationRemoved' });
export type ConversationRemoval = z.infer<typeof conversationRemoval>;

/**
 * Each takes two of the 100 items that DynamoDB writes together, the conversation one, and one is left for a group that becomes a
 * large room.
 */
const membersAtOnce = 49;

export const membersAdd = z
  .strictObject({
    memberIds: z.array(userId).min(1).max(membersAtOnce),
    role: memberRole.extract(['admin', 'member']).default('member'),
  })
  .meta({ id: 'MembersAdd' });

export const memberPatch = z.strictObject({ role: memberRole }).meta({ id: 'MemberPatch' });
