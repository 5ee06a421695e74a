/** The permission table: what each standing may do in a conversation. Printed into docs/reference/permissions.md. */

import type { Conversation, ConversationSettings } from '../protocol/conversation.ts';
import { Problem } from '../protocol/errors.ts';
import type { MemberRole } from '../protocol/roles.ts';
import type { Caller } from './caller.ts';

/**
 * How somebody stands to a conversation: their role as a member, and what their token says of them in the tenant. Somebody may
 * have several; one that allows is enough.
 */
export const standings = ['owner', 'admin', 'member', 'tenant-moderator', 'tenant-admin', 'service'] as const;
export type Standing = (typeof standings)[number];

const everyMember = ['owner', 'admin', 'member'] as const;
const managers = ['owner', 'admin', 'tenant-admin', 'service'] as const;
const moderators = ['owner', 'admin', 'tenant-moderator', 'tenant-admin', 'service'] as const;

export const permissions = {
  'conversation.read': {
    meaning: 'See the conversation, its members and messages',
    allowed: [...everyMember, 'tenant-moderator', 'tenant-admin', 'service'],
  },
  'conversation.update': { meaning: 'Change title and settings', allowed: managers },
  'conversation.delete': { meaning: 'Delete the group for everybody', allowed: ['owner', 'tenant-admin', 'service'] },
  'members.add': { meaning: 'Add plain members', allowed: managers },
  'members.addWhereAllMay': {
    meaning: 'Add plain members where `whoMayAdd` is `everybody`',
    allowed: [...everyMember, 'tenant-admin', 'service'],
  },
  'members.promote': { meaning: 'Add admins, change roles', allowed: ['owner', 'tenant-admin', 'service'] },
  'members.remove': { meaning: 'Remove a plain member', allowed: managers },
  'members.removeManager': { meaning: 'Remove an admin or an owner', allowed: ['owner', 'tenant-admin', 'service'] },
  'conversation.subscribe': { meaning: 'Hear a large room live', allowed: everyMember },
  'conversation.leave': { meaning: 'Leave', allowed: everyMember },
  'receipt.raise': { meaning: 'Say how far one has received and read', allowed: everyMember },
  'ownState.change': {
    meaning: 'Keep something for oneself: unread mark, mute, archive, pin, draft',
    allowed: everyMember,
  },
  'message.send': { meaning: 'Post a message', allowed: [...everyMember, 'service'] },
  'message.sendWhereAdminsMay': {
    meaning: 'Post or edit a message where `whoMayPost` is `admins`',
    allowed: ['owner', 'admin', 'service'],
  },
  'message.sendAtOnce': {
    meaning: 'Post without waiting in slow mode',
    allowed: ['owner', 'admin', 'service'],
  },
  'message.editOwn': { meaning: 'Edit a message of one’s own', allowed: [...everyMember, 'service'] },
  'message.deleteOwn': { meaning: 'Delete a message of one’s own', allowed: [...everyMember, 'service'] },
  'message.deleteAny': {
    meaning: 'Delete anybody’s message',
    allowed: moderators,
  },
  'reaction.add': { meaning: 'React to a message, and take it back', allowed: everyMember },
  'message.pin': { meaning: 'Pin and unpin a message of a group', allowed: moderators },
  'message.pinInDirect': {
    meaning: 'Pin and unpin a message of a direct conversation',
    allowed: [...everyMember, 'tenant-moderator', 'tenant-admin', 'service'],
  },
  'message.hide': { meaning: 'Delete a message for oneself alone', allowed: everyMember },
  'message.history': { meaning: 'See what a message was before it was edited or deleted', allowed: moderators },
  'thread.read': { meaning: 'Say how far one has read a thread', allowed: everyMember },
} as const satisfies Record<string, { meaning: string; allowed: readonly Standing[] }>;

export type Action = keyof typeof permissions;

const standingOfTenantRole: Partial<Record<string, Standing>> = {
  moderator: 'tenant-moderator',
  admin: 'tenant-admin',
  service: 'service',
};

export const standingsOf = (caller: Caller, role: MemberRole | undefined): Standing[] => [
  ...(role ? [role] : []),
  ...caller.roles.flatMap((tenantRole) => standingOfTenantRole[tenantRole] ?? []),
];

export const may = (held: readonly Standing[], action: Action): boolean => {
  const allowed: readonly Standing[] = permissions[action].allowed;
  return held.some((standing) => allowed.includes(standing));
};

/** What it takes to post in a conversation of these settings. */
export const postingIn = ({ whoMayPost }: Pick<ConversationSettings, 'whoMayPost'>): Action =>
  whoMayPost === 'admins' ? 'message.sendWhereAdminsMay' : 'message.send';

/** What it takes to add plain members to a conversation of these settings. */
export const addingIn = ({ whoMayAdd }: Pick<ConversationSettings, 'whoMayAdd'>): Action =>
  whoMayAdd === 'everybody' ? 'members.addWhereAllMay' : 'members.add';

/** What it takes to pin a message of this conversation. */
export const pinningIn = ({ type }: Pick<Conversation, 'type'>): Action =>
  type === 'direct' ? 'message.pinInDirect' : 'message.pin';

/** @throws Problem `not_found` to whom may not even see the conversation, `forbidden` to whom may. */
export const requirePermission = (held: readonly Standing[], action: Action): void => {
  if (!may(held, 'conversation.read')) throw new Problem('not_found');
  if (!may(held, action))
    throw new Problem('forbidden', { detail: `${permissions[action].meaning}: not with your role.` });
};

/** What the host has deleted does nothing any more, whatever its token says. */
export const deletedUser = (): Problem => new Problem('forbidden', { detail: 'This user has been deleted.' });
