/**
 * What Parley promises of one conversation, as simply as it can be said: who may do what, and what comes of it. It knows nothing of
 * how Parley does it; the permission table is written anew here.
 */
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
}

export interface Room {
  type: 'direct' | 'group';
  title: string | null;
  open: boolean;
  ended: boolean;
  members: Partial<Record<string, Role>>;
  said: Record<number, Said>;
}

export type Action =
  | { kind: 'send'; clientMessageId: string; content: string }
  | { kind: 'edit'; seq: number; content: string; expectedVersion: number | undefined }
  | { kind: 'delete'; seq: number }
  | { kind: 'add'; users: string[]; role: 'admin' | 'member' }
  | { kind: 'appoint'; user: string; role: Role }
  | { kind: 'remove'; user: string }
  | { kind: 'join' }
  | { kind: 'leave' }
  | { kind: 'retitle'; title: string }
  | { kind: 'open'; open: boolean }
  | { kind: 'end' }
  | { kind: 'read' }
  | { kind: 'keep'; what: Keeping };

/** What somebody may keep for themselves: it changes nothing that others see. */
export type Keeping = 'mark' | 'unmark' | 'mute' | 'pin' | 'archive' | 'take back' | 'draft' | 'clear';
export const keepings: readonly Keeping[] = ['mark', 'unmark', 'mute', 'pin', 'archive', 'take back', 'draft', 'clear'];

/** What an action is answered with: `ok` with its answer, an error's code, or `unknown` where it is open whether anything was done. */
export interface Outcome {
  code: string;
  answer?: unknown;
}

type Verdict = { refused: readonly string[] } | { next: Room; fits: (answer: unknown) => boolean };

type Standing = Role | 'moderator';
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
      return role ? { next: room, fits: isAnswerToSend(room, by) } : refused('forbidden');
    case 'edit':
    case 'delete':
      return verdictOnMessage(room, by, action, role !== undefined, any(deleters));
  }
  // A direct conversation has two members, no title and no roles, and stays.
  if (room.type === 'direct') return refused('forbidden', 'direct_conversation');
  switch (action.kind) {
    case 'add':
      if (!any(action.role === 'admin' ? ['owner'] : managers)) return refused('forbidden');
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
    case 'open':
      return any(managers) ? { next: { ...room, open: action.open }, fits: always } : refused('forbidden');
    case 'end':
      return any(['owner']) ? { next: { ...room, ended: true }, fits: always } : refused('forbidden');
  }
};

const verdictOnJoin = (room: Room, by: string): Verdict => {
  const role = room.members[by];
  if (role) return { next: room, fits: holds({ role }) };
  if (!room.open) return refused('not_found');
  return { next: { ...room, members: { ...room.members, [by]: 'member' } }, fits: holds({ role: 'member' }) };
};

/** Which number it gets is known from the answer alone, so `orders.ts` adds it to the room. */
const isAnswerToSend = (room: Room, by: string) => (answer: unknown) => {
  const before = room.said[(answer as { seq: number }).seq];
  return before === undefined || before.sender === by;
};

const verdictOnMessage = (
  room: Room,
  by: string,
  action: Extract<Action, { kind: 'edit' | 'delete' }>,
  isMember: boolean,
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
  if (!isMember || said.sender !== by) return refused('forbidden');
  if (said.content === null) return refused('message_deleted');
  if (action.expectedVersion !== undefined && action.expectedVersion !== said.version)
    return refused('version_conflict');
  return changed(action.content);
};

const verdictOnAdd = (room: Room, users: readonly string[], role: Role): Verdict => {
  const members = { ...Object.fromEntries(users.map((user) => [user, role])), ...room.members };
  const told = users.map((user) => [user, members[user]]);
  return {
    next: { ...room, members },
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
