import { asksFor } from '../../shared/domain/mentions.ts';
import { previewOf } from '../../shared/domain/message.ts';
import type { Conversation, Member } from '../../shared/protocol/conversation.ts';
import type { Message, Preview } from '../../shared/protocol/message.ts';
import { mostMentions, type OwnState } from '../../shared/protocol/own-state.ts';
import { type ClientState, type Fetched, type Followed, gapsOf, revOf } from './client-state.ts';

/**
 * A conversation as a client shows it, in a form in which what was followed and what was fetched can be compared. It leaves out what
 * no event tells: how far others have read, and the moment of the last activity (a client has the messages' own).
 */
export interface View {
  about: unknown;
  seq: number;
  rev: number;
  /** Numbers that are known to be taken by what is not known. Nothing fetched has any. */
  gaps: { seqs: number[]; revs: number[] };
  memberCount: number;
  role: string | null;
  members: Record<string, unknown>;
  lastReadSeq: number | null;
  unreadCount: number;
  /** By the messages that are known. */
  mentionCount: number;
  /** As it was told. */
  own: unknown;
  draft: unknown;
  lastMessage: unknown;
  /** By number. */
  messages: Record<number, Message>;
}

/** By conversation id. */
export type Views = Record<string, View>;

export const viewsOf = ({ user, conversations }: ClientState): Views =>
  Object.fromEntries(Object.entries(conversations).map(([id, one]) => [id, followedView(user, one)]));

export const fetchedViewsOf = (fetched: readonly Fetched[]): Views =>
  Object.fromEntries(fetched.map((one) => [one.own.id, fetchedView(one)]));

/** Whoever sends has read what came before. */
const followedView = (user: string, one: Followed): View => {
  const messages = Object.values(one.messages).sort((a, b) => a.seq - b.seq);
  const newest = messages.findLast(({ status }) => status !== 'void');
  const ownSeqs = messages.filter(({ senderId }) => senderId === user).map(({ seq }) => seq);
  const lastReadSeq = Math.max(one.lastReadSeq, ...ownSeqs);
  return {
    about: aboutOf(one.about),
    seq: one.seq,
    rev: revOf(one),
    gaps: gapsOf(one),
    memberCount: Object.keys(one.members).length,
    role: one.members[user]?.role ?? null,
    members: membersOf(Object.values(one.members)),
    lastReadSeq,
    unreadCount: one.seq - lastReadSeq,
    mentionCount: Math.min(mostMentions, messages.filter((it) => it.seq > lastReadSeq && asksFor(it, user)).length),
    own: withoutVersion(one.own),
    draft: one.draft.draft,
    lastMessage: newest ? withoutTime(previewOf(newest)) : null,
    messages: one.messages,
  };
};

const fetchedView = ({ own, members, messages, draft }: Fetched): View => ({
  about: aboutOf(own),
  seq: own.seq,
  rev: own.rev,
  gaps: { seqs: [], revs: [] },
  memberCount: own.memberCount,
  role: own.role,
  members: membersOf(members),
  lastReadSeq: own.lastReadSeq,
  unreadCount: own.unreadCount,
  mentionCount: own.mentionCount,
  own: withoutVersion(own),
  draft: draft.draft,
  lastMessage: own.lastMessage && withoutTime(own.lastMessage),
  messages: Object.fromEntries(messages.map((message) => [message.seq, message])),
});

/** Not every version is told: some look like the one before. */
const withoutVersion = ({ markedUnread, mutedUntil, archivedAt, pinnedAt, mentionCount }: OwnState) => ({
  markedUnread,
  mutedUntil,
  archivedAt,
  pinnedAt,
  mentionCount,
});

const aboutOf = ({ id, type, title, settings, memberIds, createdAt, createdBy, updatedAt }: Conversation) => ({
  id,
  type,
  title,
  settings,
  memberIds,
  createdAt,
  createdBy,
  updatedAt,
});

const membersOf = (members: readonly Member[]) =>
  Object.fromEntries(members.map(({ userId, role, joinedAt, rev }) => [userId, { role, joinedAt, rev }]));

const withoutTime = ({ createdAt: _, ...preview }: Preview) => preview;

/** Where two plain values differ, a line each: `g-x.members.ada.role: "admin", not "owner"`. */
export const differencesBetween = (one: unknown, other: unknown, place = ''): string[] => {
  if (isObject(one) && isObject(other)) {
    const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return names.flatMap((name) => differencesBetween(one[name], other[name], place ? `${place}.${name}` : name));
  }
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  return a === b ? [] : [`${place}: ${a}, not ${b}`];
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
