/** What becomes of who comes, goes and rises. */
import type { Role, Room } from './model.ts';
import { always, holds, refused, type Verdict } from './verdict.ts';

export const verdictOnJoin = (room: Room, by: string): Verdict => {
  const role = room.members[by];
  if (role) return { next: room, fits: holds({ role }) };
  if (!room.settings.open) return refused('not_found');
  return { next: withMembers(room, { [by]: 'member' }), fits: holds({ role: 'member' }) };
};

/** Newcomers, and who was there before in the role that they had. */
const withMembers = (room: Room, newcomers: Room['members']): Room => {
  const late = Object.keys(newcomers).filter((user) => !room.members[user]);
  return {
    ...room,
    members: { ...newcomers, ...room.members },
    latecomers: [...new Set([...room.latecomers, ...late])].sort(),
  };
};

export const verdictOnAdd = (room: Room, users: readonly string[], role: Role): Verdict => {
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

export const verdictOnAppointment = (room: Room, user: string, role: Role): Verdict => {
  const before = room.members[user];
  if (!before) return refused('not_found');
  if (before === 'owner' && role !== 'owner' && isLastOwner(room, user)) return refused('last_owner');
  return { next: { ...room, members: { ...room.members, [user]: role } }, fits: holds({ role }) };
};

export const verdictOnRemoval = (room: Room, by: string, user: string): Verdict => {
  const [own, theirs] = [room.members[by], room.members[user]];
  if (by === user && own) return withoutMember(room, by);
  if (own !== 'owner' && own !== 'admin') return refused('forbidden');
  if (!theirs) return refused('not_found');
  if (theirs !== 'member' && own !== 'owner') return refused('forbidden');
  return withoutMember(room, user);
};

export const withoutMember = (room: Room, user: string): Verdict => {
  if (isLastOwner(room, user)) return refused('last_owner');
  const { [user]: _, ...members } = room.members;
  return { next: { ...room, members }, fits: always };
};

const isLastOwner = ({ members }: Room, user: string): boolean =>
  members[user] === 'owner' && Object.values(members).filter((role) => role === 'owner').length === 1;
