/**
 * The one file that spells keys. What is read by which of them: docs/access-patterns.md.
 *
 * Every partition starts with the tenant. Ids come from outside, so what separates the parts is escaped in them.
 */
import type { InboxPlace } from '../domain/own-state.ts';

export interface Key {
  PK: string;
  SK: string;
}

/** In two bytes rather than three: the heaviest ids still have to fit a sort key of 1,024. */
const escaped = (part: string): string => part.replaceAll('%', '%0').replaceAll('#', '%1');
const unescaped = (part: string): string => part.replaceAll('%1', '#').replaceAll('%0', '%');
const digits = (number: number): string => String(number).padStart(12, '0');

const conversationPartition = (tenant: string, conversation: string) => `${escaped(tenant)}#CONV#${conversation}`;
const userPartition = (tenant: string, user: string) => `${escaped(tenant)}#USER#${escaped(user)}`;

export const conversationKey = (tenant: string, conversation: string): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: conversationSort,
});

export const conversationSort = 'META';

export const memberKey = (tenant: string, conversation: string, user: string): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: `${memberPrefix}${escaped(user)}`,
});
export const memberPrefix = 'MEMBER#';

export const messageKey = (tenant: string, conversation: string, seq: number): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: `${messagePrefix}${digits(seq)}`,
});
export const messagePrefix = 'MSG#';

export const changeKey = (tenant: string, conversation: string, rev: number): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: `${changePrefix}${digits(rev)}`,
});
export const changePrefix = 'CHG#';

/** Beside its message, one for all who react to it. */
export const reactionsKey = (tenant: string, conversation: string, seq: number): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: `${reactionsPrefix}${digits(seq)}`,
});
export const reactionsPrefix = 'REACT#';
/** What a message was as of a version. */
export const versionKey = (tenant: string, conversation: string, seq: number, version: number): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: `HIST#${digits(seq)}#${digits(version)}`,
});

export const threadKey = (tenant: string, conversation: string, rootSeq: number): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: `${threadPrefix}${digits(rootSeq)}`,
});
export const threadPrefix = 'THREAD#';

/** The user comes first: how far somebody has read the threads of a page is one range. */
export const threadReadKey = (tenant: string, conversation: string, user: string, rootSeq: number): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: `${threadReadPrefix}${escaped(user)}#${digits(rootSeq)}`,
});
export const threadReadPrefix = 'TREAD#';

/** A message that a user has deleted for themselves. */
export const hideKey = (tenant: string, user: string, conversation: string, seq: number): Key => ({
  PK: userPartition(tenant, user),
  SK: `${hidePrefix}${conversation}#${digits(seq)}`,
});
export const hidePrefix = 'HIDE#';

/** All pins of a conversation. */
export const pinsKey = (tenant: string, conversation: string): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: 'PINS',
});

/** Whom its sender has told of a message. */
export const toldMarkKey = (tenant: string, conversation: string, seq: number): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: `TOLD#${digits(seq)}`,
});
export const sendReceiptKey = (tenant: string, conversation: string, sender: string, clientMessageId: string): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: `SENT#${escaped(sender)}#${escaped(clientMessageId)}`,
});

/** Apart from the conversation's own partition, which takes its messages. */
export const shardPartition = (tenant: string, conversation: string, shard: number): string =>
  `${escaped(tenant)}#SUB#${conversation}#${shard}`;

/** All of one user's stand together. */
export const subscriptionKey = (
  tenant: string,
  conversation: string,
  shard: number,
  user: string,
  connectionId: string,
): Key => ({
  PK: shardPartition(tenant, conversation, shard),
  SK: `${subscriptionPrefix(user)}${connectionId}`,
});
export const subscriptionPrefix = (user: string): string => `${escaped(user)}#`;

export const profileKey = (tenant: string, user: string): Key => ({ PK: userPartition(tenant, user), SK: profileSort });
export const profileSort = 'PROFILE';
export const presenceKey = (tenant: string, user: string): Key => ({
  PK: userPartition(tenant, user),
  SK: presenceSort,
});
export const presenceSort = 'PRESENCE';
/** Beside the presence item, and followed by nobody: a heartbeat costs one write, and wakes no reader of the stream. */
export const heartbeatKey = (tenant: string, user: string): Key => ({
  PK: userPartition(tenant, user),
  SK: 'HEARTBEAT',
});

/** How many messages somebody may send; and, of direct conversations, whom they have told of the last: `told-marks.ts`. */
export const messageLimitKey = (tenant: string, user: string): Key => rateLimitKey(tenant, user, 'message.send');
export const rateLimitKey = (tenant: string, user: string, what: string): Key => ({
  PK: userPartition(tenant, user),
  SK: `LIMIT#${what}`,
});

export const draftKey = (tenant: string, user: string, conversation: string): Key => ({
  PK: userPartition(tenant, user),
  SK: `${draftPrefix}${conversation}`,
});
export const draftPrefix = 'DRAFT#';

/** All devices of one user, an attribute each. */
export const devicesKey = (tenant: string, user: string): Key => ({ PK: userPartition(tenant, user), SK: 'DEVICES' });

/** Whose a device is, by its id, which follows from its token: one token, one user. */
export const deviceClaimKey = (tenant: string, deviceId: string): Key => ({
  PK: `${escaped(tenant)}#DEVICE#${deviceId}`,
  SK: 'DEVICE',
});

/** What became of one notification of a user. */
export const noticeKey = (tenant: string, user: string, notice: string): Key => ({
  PK: userPartition(tenant, user),
  SK: `NOTICE#${notice}`,
});

/** The e-mail that is to come, and the last one. */
export const digestKey = (tenant: string, user: string): Key => ({ PK: userPartition(tenant, user), SK: 'DIGEST' });

/** When somebody last posted in a slow conversation. */
export const turnKey = (tenant: string, user: string, conversation: string): Key => ({
  PK: userPartition(tenant, user),
  SK: `TURN#${conversation}`,
});

/** All webhooks of a tenant stand together: who dispatches an event reads them at once. */
export const webhooksPartition = (tenant: string): string => `${escaped(tenant)}#HOOKS`;
export const webhookKey = (tenant: string, webhook: string): Key => ({
  PK: webhooksPartition(tenant),
  SK: `${webhookPrefix}${webhook}`,
});
export const webhookPrefix = 'HOOK#';
/** How many there are. */
export const webhookCountKey = (tenant: string): Key => ({ PK: webhooksPartition(tenant), SK: 'COUNT' });

/** Sorted by when their events occurred, which is what their ids begin with. */
export const webhookDeliveryKey = (tenant: string, webhook: string, delivery: string): Key => ({
  PK: `${escaped(tenant)}#HOOK#${webhook}`,
  SK: delivery,
});
/** What was told of an event, once for all webhooks that it is delivered to. */
export const webhookEventKey = (tenant: string, event: string): Key => ({
  PK: `${escaped(tenant)}#EVENT#${escaped(event)}`,
  SK: 'EVENT',
});

/** The ticket names its holder, so it is found by its own digest; the tenant is inside. */
export const ticketKey = (digest: string): Key => ({ PK: `TICKET#${digest}`, SK: 'TICKET' });

/** A key that no item has: reading it asks nothing but whether the table answers. */
export const healthKey: Key = { PK: 'HEALTH', SK: 'HEALTH' };

/** GSI1 lists a user's inbox, read backwards: what is pinned, the rest, what is archived; of each the newest hour of activity first. */
export const inboxIndex = 'GSI1';
export const inboxPartition = userPartition;
const inboxPrefix: Record<InboxPlace, string> = { pinned: 'P#', usual: '', archived: '!' };
export const inboxHour = (bucket: string, place: InboxPlace = 'usual'): string => `${inboxPrefix[place]}${bucket}`;
export const inboxSort = (bucket: string, conversation: string, place?: InboxPlace): string =>
  `${inboxHour(bucket, place)}#${conversation}`;

/** The stretches of it that are lists of their own, as bounds that no entry has itself. A bucket begins with a digit. */
export const inboxStretches = {
  inbox: { low: '0', high: '~' },
  pinned: { low: 'P', high: '~' },
  usual: { low: '0', high: 'P' },
  archived: { low: '!', high: '0' },
} as const;

/** GSI2 lists the replies of a thread, by number. Only replies are in it. */
export const threadIndex = 'GSI2';
export const threadIndexPartition = (tenant: string, conversation: string, rootSeq: number): string =>
  `${conversationPartition(tenant, conversation)}#THREAD#${rootSeq}`;

/** In GSI1 too, beside the inbox: what somebody did that concerns them alone, by the hour. */
export const ownNewsPartition = (tenant: string, user: string): string => `${userPartition(tenant, user)}#OWN`;

export type ParsedKey =
  | { kind: 'conversation'; tenant: string; conversationId: string }
  | { kind: 'member'; tenant: string; conversationId: string; userId: string }
  | { kind: 'message'; tenant: string; conversationId: string; seq: number }
  | { kind: 'change'; tenant: string; conversationId: string; rev: number }
  | { kind: 'reactions'; tenant: string; conversationId: string; seq: number }
  | { kind: 'thread'; tenant: string; conversationId: string; rootSeq: number }
  | { kind: 'threadRead'; tenant: string; conversationId: string; userId: string; rootSeq: number }
  | { kind: 'hide'; tenant: string; userId: string; conversationId: string; seq: number }
  | { kind: 'profile'; tenant: string; userId: string }
  | { kind: 'presence'; tenant: string; userId: string }
  | { kind: 'draft'; tenant: string; userId: string; conversationId: string };

/** Reads a stream record's key back; undefined for items that nobody follows. */
export const parseKey = ({ PK, SK }: Key): ParsedKey | undefined => {
  const [tenantPart, space, id] = PK.split('#');
  if (tenantPart === undefined || id === undefined) return undefined;
  const tenant = unescaped(tenantPart);
  if (space === 'USER') return parseUserSort(SK, { tenant, userId: unescaped(id) });
  if (space !== 'CONV') return undefined;
  const place = { tenant, conversationId: id };
  if (SK === conversationSort) return { kind: 'conversation', ...place };
  if (SK.startsWith(memberPrefix))
    return { kind: 'member', ...place, userId: unescaped(SK.slice(memberPrefix.length)) };
  if (SK.startsWith(messagePrefix)) return { kind: 'message', ...place, seq: Number(SK.slice(messagePrefix.length)) };
  if (SK.startsWith(reactionsPrefix))
    return { kind: 'reactions', ...place, seq: Number(SK.slice(reactionsPrefix.length)) };
  if (SK.startsWith(changePrefix)) return { kind: 'change', ...place, rev: Number(SK.slice(changePrefix.length)) };
  if (SK.startsWith(threadPrefix)) return { kind: 'thread', ...place, rootSeq: Number(SK.slice(threadPrefix.length)) };
  if (SK.startsWith(threadReadPrefix)) {
    const [user = '', rootSeq] = SK.slice(threadReadPrefix.length).split('#');
    return { kind: 'threadRead', ...place, userId: unescaped(user), rootSeq: Number(rootSeq) };
  }
  return undefined;
};

const parseUserSort = (SK: string, owner: { tenant: string; userId: string }): ParsedKey | undefined => {
  if (SK === profileSort) return { kind: 'profile', ...owner };
  if (SK === presenceSort) return { kind: 'presence', ...owner };
  if (SK.startsWith(draftPrefix)) return { kind: 'draft', ...owner, conversationId: SK.slice(draftPrefix.length) };
  if (!SK.startsWith(hidePrefix)) return undefined;
  const [conversationId = '', seq] = SK.slice(hidePrefix.length).split('#');
  return { kind: 'hide', ...owner, conversationId, seq: Number(seq) };
};
