/** What Parley promises of one conversation: who may do what, and what comes of it. */
import {
  verdictOnAdd,
  verdictOnAppointment,
  verdictOnJoin,
  verdictOnRemoval,
  withoutMember,
} from './member-verdicts.ts';
import {
  isAnswerToMark,
  verdictOnHiding,
  verdictOnMessage,
  verdictOnPin,
  verdictOnReaction,
  verdictOnSend,
} from './message-verdicts.ts';
import { type Action, moderator, notTaken, type Role, type Room, type Settings } from './model.ts';
import { always, holds, refused, type Verdict } from './verdict.ts';

type Standing = Role | 'moderator';
const everybody: readonly Standing[] = ['owner', 'admin', 'member', 'moderator'];
const everyMember: readonly Standing[] = ['owner', 'admin', 'member'];
const managers: readonly Standing[] = ['owner', 'admin'];
const deleters: readonly Standing[] = ['owner', 'admin', 'moderator'];

/** What becomes of an action in a room in this state, asked by somebody of the same tenant. */
export const verdictOn = (room: Room, by: string, action: Action): Verdict => {
  const role = room.members[by];
  const held: Standing[] = [...(role ? [role] : []), ...(by === moderator ? (['moderator'] as const) : [])];
  const any = (allowed: readonly Standing[]) => held.some((one) => allowed.includes(one));
  if (room.ended) return refused('not_found');
  if (action.kind === 'join') return verdictOnJoin(room, by);
  if (action.kind === 'block' || action.kind === 'unblock') return verdictOnBlock(room, by, action.kind);
  if (held.length === 0) return refused('not_found');
  switch (action.kind) {
    case 'read':
    case 'type':
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

const postersIn = ({ settings }: Room) => (settings.whoMayPost === 'admins' ? managers : everyMember);
const addersIn = ({ settings }: Room) => (settings.whoMayAdd === 'everybody' ? everyMember : managers);

const verdictOnBlock = (room: Room, by: string, kind: 'block' | 'unblock'): Verdict => {
  const others = room.blockedBy.filter((user) => user !== by);
  return { next: { ...room, blockedBy: kind === 'block' ? [...others, by].sort() : others }, fits: always };
};

const verdictOnSettings = (room: Room, changed: Partial<Settings>): Verdict => {
  const settings = { ...room.settings, ...changed };
  const isTold = holds(settings);
  return {
    next: { ...room, settings },
    fits: (answer) => isTold((answer as { settings: Settings }).settings),
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

/**
 * Who may type is what an instance saw up to ten seconds ago: somebody who has just come or gone may be answered either way. Nobody else
 * is told of it by a wrong answer.
 */
export const isPerhapsStale = (action: Action): boolean => action.kind === 'type';

/** Whether a repetition may be refused, because there was nothing yet to be repeated. */
export const isPerhapsTooLate = ({ blockedBy }: Room, action: Action): boolean =>
  action.kind === 'send' && action.attempt > 1 && blockedBy.length > 0;

/** Whether somebody may be told to wait. */
export const isPerhapsTooSoon = ({ settings, members }: Room, by: string, action: Action): boolean =>
  action.kind === 'send' && settings.slowModeSeconds > 0 && members[by] === 'member';
