import { changeFrom, conversationFrom, memberFrom, messageFrom, reactionsFrom, updaterOf } from '../data/items.ts';
import type { ParsedKey } from '../data/keys.ts';
import { presenceFrom } from '../data/presence.ts';
import { publicFrom } from '../data/profiles.ts';
import type { Followed } from '../data/stream.ts';
import type { Item } from '../data/table.ts';
import { type ConversationState, publicView } from '../domain/conversation.ts';
import { envelopeOf } from '../domain/domain-events.ts';
import { stepBetween } from '../domain/reactions.ts';
import { publicMember, raisedAt } from '../domain/receipts.ts';
import { withoutExpired } from '../domain/visibility.ts';
import type { PublicEvent } from '../protocol/domain-events.ts';
import { messageIdOf } from '../protocol/identifiers.ts';

type Key<Kind extends ParsedKey['kind']> = Extract<ParsedKey, { kind: Kind }>;

/**
 * What a stream record tells the host's services: made of the record alone, and the same each time, `id` included. Nothing of it is
 * read from the table.
 */
export const publicEventsOf = ({ key, before, after, isExpiry, traceparent }: Followed): PublicEvent[] => {
  if (!after) return key.kind === 'message' && before && isExpiry ? expiryEvents(key, before) : [];
  switch (key.kind) {
    case 'conversation':
      return conversationEvents(key, before, after);
    case 'member':
      return before ? receiptEvents(key, before, after) : foundingEvents(key, after);
    case 'change':
      return membershipEvents(key, after);
    case 'message':
      return messageEvents(key, before, after, traceparent);
    case 'reactions':
      return reactionEvents(key, before, after);
    case 'profile':
      return userEvents(key, before, after);
    case 'presence':
      return presenceEvents(key, before, after);
    default:
      return [];
  }
};

const conversationEvents = (
  { tenant: tenantId, conversationId }: Key<'conversation'>,
  before: Item | undefined,
  after: Item,
): PublicEvent[] => {
  const is = conversationFrom(after);
  const type = conversationStep(before && conversationFrom(before), is);
  if (!type) return [];
  const isNew = type === 'conversation.created';
  const occurredAt = isNew ? is.createdAt : is.changedAt;
  const actor = isNew ? is.createdBy : updaterOf(after);
  const conversation = publicView(withoutExpired(is, new Date(occurredAt)));
  const envelope = envelopeOf(type, [conversationId, is.rev], { tenantId, occurredAt, actor });
  return [{ type, detail: { ...envelope, conversationId, data: { conversation } } }];
};

/** A send moves numbers and preview alone, a membership the counts: those have events of their own. */
const conversationStep = (was: ConversationState | undefined, is: ConversationState) => {
  if (!was) return 'conversation.created';
  if (is.deletedAt) return was.deletedAt ? undefined : 'conversation.deleted';
  return was.updatedAt === is.updatedAt && was.live === is.live ? undefined : 'conversation.updated';
};

/** Founders are filed nowhere else: their memberships come about by no revision. */
const foundingEvents = ({ tenant: tenantId, conversationId, userId }: Key<'member'>, after: Item): PublicEvent[] => {
  const member = publicMember(memberFrom(after));
  if (member.rev !== 0) return [];
  const about = { tenantId, occurredAt: member.joinedAt, actor: null };
  const envelope = envelopeOf('member.added', [conversationId, 0, userId], about);
  return [{ type: 'member.added', detail: { ...envelope, conversationId, data: { member } } }];
};

const membershipEvents = ({ tenant: tenantId, conversationId, rev }: Key<'change'>, after: Item): PublicEvent[] => {
  const change = changeFrom(after);
  if (!('member' in change)) return [];
  const { kind: type, member, at: occurredAt, by: actor } = change;
  const envelope = envelopeOf(type, [conversationId, rev], { tenantId, occurredAt, actor });
  return [{ type, detail: { ...envelope, conversationId, data: { member } } }];
};

/** Of what they show, and did not show by posting. */
const receiptEvents = (
  { tenant: tenantId, conversationId, userId }: Key<'member'>,
  before: Item,
  after: Item,
): PublicEvent[] => {
  const [was, is] = [memberFrom(before), memberFrom(after)];
  const isTold = is.raisedBy === 'read' && is.audience !== 'nobody';
  if (!isTold || is.shownReadSeq <= was.shownReadSeq) return [];
  const lastReadSeq = is.shownReadSeq;
  const about = { tenantId, occurredAt: raisedAt(is), actor: userId };
  const envelope = envelopeOf('receipt.read', [conversationId, userId, lastReadSeq], about);
  return [{ type: 'receipt.read', detail: { ...envelope, conversationId, data: { userId, lastReadSeq } } }];
};

const messageEvents = (
  { tenant: tenantId, conversationId, seq }: Key<'message'>,
  before: Item | undefined,
  after: Item,
  traceparent: string | undefined,
): PublicEvent[] => {
  const message = messageFrom(after);
  if (message.status === 'void' || (before && messageFrom(before).rev === message.rev)) return [];
  const [type, occurredAt, actor] =
    message.status === 'deleted'
      ? (['message.deleted', message.deletedAt, message.deletedBy] as const)
      : before
        ? (['message.updated', message.editedAt, message.senderId] as const)
        : (['message.created', message.createdAt, message.senderId] as const);
  const about = { tenantId, occurredAt: occurredAt ?? message.createdAt, actor };
  const envelope = envelopeOf(type, [conversationId, seq, message.version], about);
  return [{ type, detail: { ...envelope, conversationId, ...(traceparent && { traceparent }), data: { message } } }];
};

const expiryEvents = ({ tenant: tenantId, conversationId, seq }: Key<'message'>, before: Item): PublicEvent[] => {
  if (messageFrom(before).status === 'void') return [];
  const occurredAt = new Date(Number(before.expiresAt) * 1_000).toISOString();
  const envelope = envelopeOf('message.expired', [conversationId, seq], { tenantId, occurredAt, actor: null });
  const data = { messageId: messageIdOf(conversationId, seq) };
  return [{ type: 'message.expired', detail: { ...envelope, conversationId, data } }];
};

const reactionEvents = (
  { tenant: tenantId, conversationId, seq }: Key<'reactions'>,
  before: Item | undefined,
  after: Item,
): PublicEvent[] => {
  const state = reactionsFrom(after);
  const reaction = stepBetween(reactionsFrom(before), state);
  if (!reaction) return [];
  const { step, emoji, userId } = reaction;
  const type = `reaction.${step}` as const;
  const about = { tenantId, occurredAt: String(state.at), actor: userId };
  const envelope = envelopeOf(type, [conversationId, seq, state.version], about);
  const data = { messageId: messageIdOf(conversationId, seq), emoji, userId };
  return [{ type, detail: { ...envelope, conversationId, data } }];
};

/** The host syncs and deletes its users, and need not be told by whom. */
const userEvents = (
  { tenant: tenantId, userId }: Key<'profile'>,
  before: Item | undefined,
  after: Item,
): PublicEvent[] => {
  const occurredAt = String(after.deletedAt ?? after.updatedAt);
  const about = { tenantId, occurredAt, actor: null };
  if (after.deletedAt) {
    if (before?.deletedAt) return [];
    const envelope = envelopeOf('user.deleted', [userId, occurredAt], about);
    return [{ type: 'user.deleted', detail: { ...envelope, data: { userId } } }];
  }
  const user = publicFrom(userId, after);
  const isKnown = before !== undefined && !before.deletedAt;
  if (isKnown && JSON.stringify(publicFrom(userId, before)) === JSON.stringify(user)) return [];
  const envelope = envelopeOf('user.updated', [userId, occurredAt, user.displayName, user.avatarUrl], about);
  return [{ type: 'user.updated', detail: { ...envelope, data: { user } } }];
};

/** Whoever is away is there. What others are told decides: it knows of drop-outs, several devices and what somebody hides. */
const presenceEvents = (
  { tenant: tenantId, userId }: Key<'presence'>,
  before: Item | undefined,
  after: Item,
): PublicEvent[] => {
  const [was, is] = [presenceFrom(before, userId), presenceFrom(after, userId)];
  const isThere = is.shown !== 'offline';
  if ((was.shown !== 'offline') === isThere) return [];
  const type = isThere ? 'user.online' : 'user.offline';
  const occurredAt = is.shownAt ?? String(after.changedAt);
  const envelope = envelopeOf(type, [userId, occurredAt], { tenantId, occurredAt, actor: userId });
  const data = { userId, lastSeenAt: isThere ? null : is.lastSeenAt };
  return [{ type, detail: { ...envelope, data } }];
};
