/**
 * What Parley promises of one conversation, as simply as it can be said: who may do what, and what comes of it. It knows nothing of
 * how Parley does it; the permission table is written anew here.
 */
import type { ConversationSettings } from '../../shared/protocol/conversation.ts';
import type { Receipt } from '../../shared/protocol/receipts.ts';

export const names = ['ada', 'bob', 'cyd', 'dan'] as const;
export type Name = (typeof names)[number];

/** The tenant's moderator, in both tenants: sees everything and deletes anybody's message. */
export const moderator: Name = 'dan';

export type Role = 'owner' | 'admin' | 'member';

/** A message that was answered as stored. */
export interface Said {
  sender: string;
  /** null is a tombstone. */
  content: string | null;
  version: number;
  /** Who reacted, by emoji, in order; none is empty. A tombstone keeps them, and shows none. */
  reactions: Record<string, string[]>;
  /** Whether it is a reply in a thread. */
  isReply: boolean;
}

/** What a message may refer to, by number. */
export interface References {
  quotes: number | null;
  repliesTo: number | null;
}

/** Two of them are one, spelled otherwise. */
export const emoji = ['👍', '❤', '❤️', '👩🏽‍🚀'] as const;
export const spelled = (one: string): string => (one === '❤' ? '❤️' : one);

export interface Room {
  type: 'direct' | 'group';
  title: string | null;
  settings: Settings;
  ended: boolean;
  members: Partial<Record<string, Role>>;
  /** Who joined after the beginning, at least once, in order. */
  latecomers: string[];
  said: Record<number, Said>;
  /** In order of their numbers. */
  pins: number[];
  /** What somebody has deleted for themselves, in order. */
  hidden: Partial<Record<string, number[]>>;
}

/** Those that the model knows of. */
export type Settings = Omit<ConversationSettings, 'retentionDays'>;

export type Action =
  | ({ kind: 'send'; clientMessageId: string; content: string } & References)
  | { kind: 'edit'; seq: number; content: string; expectedVersion: number | undefined }
  | { kind: 'delete'; seq: number }
  | { kind: 'react' | 'unreact'; seq: number; emoji: string }
  | { kind: 'add'; users: string[]; role: 'admin' | 'member' }
  | { kind: 'appoint'; user: string; role: Role }
  | { kind: 'remove'; user: string }
  | { kind: 'join' }
  | { kind: 'leave' }
  | { kind: 'retitle'; title: string }
  | { kind: 'set'; settings: Partial<Settings> }
  | { kind: 'end' }
  | { kind: 'read' }
  | { kind: 'mark'; what: 'read' | 'delivered'; seq: number | undefined }
  | { kind: 'hide' | 'read thread'; seq: number }
  | { kind: 'pin' | 'unpin'; seq: number }
  | { kind: 'keep'; what: Keeping };

/** What somebody may keep for themselves: it changes nothing that others see. */
export type Keeping = 'mark' | 'unmark' | 'mute' | 'pin' | 'archive' | 'take back' | 'draft' | 'clear';
export const keepings: readonly Keeping[] = ['mark', 'unmark', 'mute', 'pin', 'archive', 'take back', 'draft', 'clear'];

/** A number that no conversation has come to. */
export const notTaken = 999_999;

/** What an action is answered with: `ok` with its answer, an error's code, or `unknown` where it is open whether anything was done. */
export interface Outcome {
  code: string;
  answer?: unknown;
}

type Verdict = { refused: readonly string[] } | { next: Room; fits: (answer: unknown) => boolean };

type Standing = Role | 'moderator';
const everybody: readonly Standing[] = ['owner', 'admin', 'member', 'moderator'];
const everyMember: readonly Standing[] = ['owner', 'admin', 'member'];
const managers: readonly Standing[] = ['owner', 'admin'];
const deleters: readonly Standing[] = ['owner', 'admin', 'moderator'];

const refused = (...codes: string[]): Verdict => ({ refused: codes });
const always = () => true;
const holds = (expected: object) => (answer: unknown) =>
  Object.entries(expected).every(([name, value]) => (answer as Record<string, unknown>)[name] === value);

/** What becomes of an action in a room in this state, asked by somebody of the same tenant. */
export const verdictOn = (room: Room, by: string, action: Action): Verdict => {
  const role = room.members[by];
  const held: Standing[] = [...(role ? [role] : []), ...(by === moderator ? (['moderator'] as const) : [])];
  const any = (allowed: readonly Standing[]) => held.some((one) => allowed.includes(one));
  if (room.ended) return refused('not_found');
  if (action.kind === 'join') return verdictOnJoin(room, by);
  if (held.length === 0) return refused('not_found');
  switch (action.kind) {
    case 'read':
      return { next: room, fits: always };
    case 'keep':
      return role ? { next: room, fits: always } : refused('forbidden');
    case 'send':
      return any(postersIn(room)) ? verdictOnSend(room, by, action) : refused('forbidden');
    case 'mark':
      if (!role) return refused('forbidden');
      return action.seq === notTaken ? refused('invalid_request') : { next: room, fits: isAnswerToMark(by, action) };
    case 'edit':
    case 'delete':
      return verdictOnMessage(room, by, action, role !== undefined, any(postersIn(room)), any(deleters));
    case 'react':
    case 'unreact':
      return verdictOnReaction(room, by, action, role !== undefined);
    case 'hide':
      return verdictOnHiding(room, by, action.seq, role !== undefined);
    case 'read thread':
      return !room.said[action.seq] ? refused('not_found') : role ? { next: room, fits: always } : refused('forbidden');
    case 'pin':
    case 'unpin':
      return verdictOnPin(room, action, any(room.type === 'direct' ? everybody : deleters));
  }
  // A direct conversation has two members, no title and no roles, and stays.
  if (room.type === 'direct') return refused('forbidden', 'direct_conversation');
  switch (action.kind) {
    case 'add':
      if (!any(action.role === 'admin' ? ['owner'] : addersIn(room))) return refused('forbidden');
      return verdictOnAdd(room, action.users, action.role);
    case 'appoint':
      return any(['owner']) ? verdictOnAppointment(room, action.user, action.role) : refused('forbidden');
    case 'remove':
      return verdictOnRemoval(room, by, action.user);
    case 'leave':
      return role ? withoutMember(room, by) : refused('forbidden');
    case 'retitle':
      if (!any(managers)) return refused('forbidden');
      return { next: { ...room, title: action.title }, fits: holds({ title: action.title }) };
    case 'set':
      return any(managers) ? verdictOnSettings(room, action.settings) : refused('forbidden');
    case 'end':
      return any(['owner']) ? { next: { ...room, ended: true }, fits: always } : refused('forbidden');
  }
};

const verdictOnJoin = (room: Room, by: string): Verdict => {
  const role = room.members[by];
  if (role) return { next: room, fits: holds({ role }) };
  if (!room.settings.open) return refused('not_found');
  return { next: withMembers(room, { [by]: 'member' }), fits: holds({ role: 'member' }) };
};

const postersIn = ({ settings }: Room) => (settings.whoMayPost === 'admins' ? managers : everyMember);
const addersIn = ({ settings }: Room) => (settings.whoMayAdd === 'everybody' ? everyMember : managers);

/** Newcomers, and who was there before in the role that they had. */
const withMembers = (room: Room, newcomers: Room['members']): Room => {
  const late = Object.keys(newcomers).filter((user) => !room.members[user]);
  return {
    ...room,
    members: { ...newcomers, ...room.members },
    latecomers: [...new Set([...room.latecomers, ...late])].sort(),
  };
};

/**
 * Whether somebody may not see what an action is about, which is for those to say who know when they joined. Whoever joined late and is
 * shown what was said since then alone may be told that it is not there.
 */
export const isPerhapsUnseen = (room: Room, by: string, action: Action): boolean => {
  const isLate = room.settings.historyFrom === 'join' && room.members[by] && room.latecomers.includes(by);
  return Boolean(isLate) && ('seq' in action || action.kind === 'send');
};

/** Whether somebody may be told to wait. */
export const isPerhapsTooSoon = ({ settings, members }: Room, by: string, action: Action): boolean =>
  action.kind === 'send' && settings.slowModeSeconds > 0 && members[by] === 'member';

const verdictOnSend = (room: Room, by: string, { quotes, repliesTo }: References): Verdict => {
  const isThere = (seq: number | null) => seq === null || room.said[seq] !== undefined;
  const isRoot = repliesTo === null || room.said[repliesTo]?.isReply === false;
  if (!isThere(quotes) || !isRoot) return refused('invalid_request');
  return { next: room, fits: isAnswerToSend(room, by) };
};

const verdictOnSettings = (room: Room, changed: Partial<Settings>): Verdict => {
  const settings = { ...room.settings, ...changed };
  const isTold = holds(settings);
  return {
    next: { ...room, settings },
    fits: (answer) => isTold((answer as { settings: Settings }).settings),
  };
};

const inOrder = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);

const verdictOnHiding = (room: Room, by: string, seq: number, isMember: boolean): Verdict => {
  if (!room.said[seq]) return refused('not_found');
  if (!isMember) return refused('forbidden');
  return {
    next: { ...room, hidden: { ...room.hidden, [by]: inOrder([...(room.hidden[by] ?? []), seq]) } },
    fits: always,
  };
};

const verdictOnPin = (
  room: Room,
  { kind, seq }: { kind: 'pin' | 'unpin'; seq: number },
  isPinner: boolean,
): Verdict => {
  const said = room.said[seq];
  if (!said) return refused('not_found');
  if (!isPinner) return refused('forbidden');
  if (kind === 'unpin') return { next: { ...room, pins: room.pins.filter((one) => one !== seq) }, fits: always };
  if (said.content === null) return refused('message_deleted');
  return {
    next: { ...room, pins: inOrder([...room.pins, seq]) },
    fits: (answer) => (answer as { message: { seq: number } }).message.seq === seq,
  };
};

/** Which number it gets is known from the answer alone, so `orders.ts` adds it to the room. */
const isAnswerToSend = (room: Room, by: string) => (answer: unknown) => {
  const before = room.said[(answer as { seq: number }).seq];
  return before === undefined || before.sender === by;
};

/** Whatever else raised it: how far it came in the end is for `marks.ts` to say. */
const isAnswerToMark =
  (by: string, { what, seq = 0 }: Extract<Action, { kind: 'mark' }>) =>
  (answer: unknown) => {
    const { userId, lastReadSeq, lastDeliveredSeq } = answer as Receipt;
    return userId === by && (what === 'read' ? lastReadSeq : lastDeliveredSeq) >= seq;
  };

const verdictOnMessage = (
  room: Room,
  by: string,
  action: Extract<Action, { kind: 'edit' | 'delete' }>,
  isMember: boolean,
  isPoster: boolean,
  isDeleter: boolean,
): Verdict => {
  const said = room.said[action.seq];
  if (!said) return refused('not_found');
  const changed = (content: string | null): Verdict => {
    const next = said.content === content ? said : { ...said, content, version: said.version + 1 };
    return {
      next: { ...room, said: { ...room.said, [action.seq]: next } },
      fits: holds({ content, version: next.version }),
    };
  };
  if (action.kind === 'delete')
    return (isMember && said.sender === by) || isDeleter ? changed(null) : refused('forbidden');
  if (!isMember || !isPoster || said.sender !== by) return refused('forbidden');
  if (said.content === null) return refused('message_deleted');
  if (action.expectedVersion !== undefined && action.expectedVersion !== said.version)
    return refused('version_conflict');
  return changed(action.content);
};

const verdictOnReaction = (
  room: Room,
  by: string,
  { kind, seq, emoji }: Extract<Action, { kind: 'react' | 'unreact' }>,
  isMember: boolean,
): Verdict => {
  const said = room.said[seq];
  if (!said || room.hidden[by]?.includes(seq)) return refused('not_found');
  if (!isMember) return refused('forbidden');
  if (said.content === null) return refused('message_deleted');
  const name = spelled(emoji);
  const { [name]: before = [], ...others } = said.reactions;
  const rest = before.filter((user) => user !== by);
  const users = kind === 'react' ? [...rest, by].sort() : rest;
  const reactions = users.length > 0 ? { ...others, [name]: users } : others;
  return {
    next: { ...room, said: { ...room.said, [seq]: { ...said, reactions } } },
    fits: (answer) => {
      const told = (answer as { reactions: { emoji: string; count: number; userIds: string[] }[] }).reactions;
      const isCounted = told.every(({ count, userIds }) => count === userIds.length);
      return isCounted && sameReactions(Object.fromEntries(told.map((one) => [one.emoji, one.userIds])), reactions);
    },
  };
};

const sameReactions = (one: Record<string, string[]>, other: Record<string, string[]>): boolean =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

const verdictOnAdd = (room: Room, users: readonly string[], role: Role): Verdict => {
  const next = withMembers(room, Object.fromEntries(users.map((user) => [user, role])));
  const told = users.map((user) => [user, next.members[user]]);
  return {
    next,
    fits: (answer) => {
      const { members: answered } = answer as { members: { userId: string; role: string }[] };
      return JSON.stringify(answered.map((one) => [one.userId, one.role])) === JSON.stringify(told);
    },
  };
};

const verdictOnAppointment = (room: Room, user: string, role: Role): Verdict => {
  const before = room.members[user];
  if (!before) return refused('not_found');
  if (before === 'owner' && role !== 'owner' && isLastOwner(room, user)) return refused('last_owner');
  return { next: { ...room, members: { ...room.members, [user]: role } }, fits: holds({ role }) };
};

const verdictOnRemoval = (room: Room, by: string, user: string): Verdict => {
  const [own, theirs] = [room.members[by], room.members[user]];
  if (by === user && own) return withoutMember(room, by);
  if (own !== 'owner' && own !== 'admin') return refused('forbidden');
  if (!theirs) return refused('not_found');
  if (theirs !== 'member' && own !== 'owner') return refused('forbidden');
  return withoutMember(room, user);
};

const withoutMember = (room: Room, user: string): Verdict => {
  if (isLastOwner(room, user)) return refused('last_owner');
  const { [user]: _, ...members } = room.members;
  return { next: { ...room, members }, fits: always };
};

const isLastOwner = ({ members }: Room, user: string): boolean =>
  members[user] === 'owner' && Object.values(members).filter((role) => role === 'owner').length === 1;
