/**
 * The one file that spells keys. What is read by which of them: docs/access-patterns.md.
 *
 * Every partition starts with the tenant. Ids come from outside, so what separates the parts is escaped in them.
 */

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

/** All pins of a conversation. */
export const pinsKey = (tenant: string, conversation: string): Key => ({
  PK: conversationPartition(tenant, conversation),
  SK: 'PINS',
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

export const rateLimitKey = (tenant: string, user: string, what: string): Key => ({
  PK: userPartition(tenant, user),
  SK: `LIMIT#${what}`,
});

/** When somebody last posted in a slow conversation. */
export const turnKey = (tenant: string, user: string, conversation: string): Key => ({
  PK: userPartition(tenant, user),
  SK: `TURN#${conversation}`,
});

/** The ticket names its holder, so it is found by its own digest; the tenant is inside. */
export const ticketKey = (digest: string): Key => ({ PK: `TICKET#${digest}`, SK: 'TICKET' });

/** A key that no item has: reading it asks nothing but whether the table answers. */
export const healthKey: Key = { PK: 'HEALTH', SK: 'HEALTH' };

/** GSI1 lists a user's inbox, the newest hour of activity first. */
export const inboxIndex = 'GSI1';
export const inboxPartition = userPartition;
export const inboxSort = (bucket: string, conversation: string): string => `${bucket}#${conversation}`;

export type ParsedKey =
  | { kind: 'conversation'; tenant: string; conversationId: string }
  | { kind: 'member'; tenant: string; conversationId: string; userId: string }
  | { kind: 'message'; tenant: string; conversationId: string; seq: number }
  | { kind: 'change'; tenant: string; conversationId: string; rev: number }
  | { kind: 'reactions'; tenant: string; conversationId: string; seq: number }
  | { kind: 'profile'; tenant: string; userId: string }
  | { kind: 'presence'; tenant: string; userId: string };

/** Reads a stream record's key back; undefined for items that nobody follows. */
export const parseKey = ({ PK, SK }: Key): ParsedKey | undefined => {
  const [tenantPart, space, id] = PK.split('#');
  if (tenantPart === undefined || id === undefined) return undefined;
  const tenant = unescaped(tenantPart);
  if (space === 'USER') {
    const kind = SK === profileSort ? 'profile' : SK === presenceSort ? 'presence' : undefined;
    return kind && { kind, tenant, userId: unescaped(id) };
  }
  if (space !== 'CONV') return undefined;
  const place = { tenant, conversationId: id };
  if (SK === conversationSort) return { kind: 'conversation', ...place };
  if (SK.startsWith(memberPrefix))
    return { kind: 'member', ...place, userId: unescaped(SK.slice(memberPrefix.length)) };
  if (SK.startsWith(messagePrefix)) return { kind: 'message', ...place, seq: Number(SK.slice(messagePrefix.length)) };
  if (SK.startsWith(reactionsPrefix))
    return { kind: 'reactions', ...place, seq: Number(SK.slice(reactionsPrefix.length)) };
  if (SK.startsWith(changePrefix)) return { kind: 'change', ...place, rev: Number(SK.slice(changePrefix.length)) };
  return undefined;
};
