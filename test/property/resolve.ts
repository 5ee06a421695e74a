import type { Cast, Seat } from './cast.ts';
import type { Ledger, Sent } from './ledger.ts';
import {
  type Action,
  emoji,
  keepings,
  type Name,
  names,
  notTaken,
  type References,
  type Room,
  type Settings,
} from './model.ts';
import type { Command } from './perform.ts';
import type { Known, Rooms } from './rooms.ts';
import type { Wish } from './script.ts';

export interface Scene {
  cast: Cast;
  rooms: Rooms;
  ledger: Ledger;
  /** The next moment. */
  tick(): number;
}

/** A command, with the entry of the ledger that a send belongs to. */
export type Planned = { command: Command; sent: Sent | undefined };

/** What a wish means now; undefined where it means nothing yet. Founding and reconnecting are not in it: see `play.ts`. */
export const resolve = (wish: Wish, scene: Scene): Planned | undefined => {
  const { cast, rooms } = scene;
  const tenant = cast.tenants[wish.elsewhere ? 1 : 0];
  const living = rooms.of(tenant).filter(({ states }) => !states[0]?.ended || wish.room === 9);
  const known = living[wish.room % Math.max(1, living.length)];
  const room = known?.states[0];
  if (!known || !room) return undefined;
  if (wish.kind === 'send') return send(wish, known, room, scene);
  if (wish.kind === 'repeat') return repeat(wish, known, scene);
  if (wish.kind === 'block' || wish.kind === 'unblock') return blockOf(wish, known, room, scene);
  const action = actionOf(wish, room, scene);
  if (!action) return undefined;
  const by = doerOf(wish, room, action);
  // Somebody of the other tenant, who has the same name, knows the id.
  const from = wish.astray ? otherTenant(cast, tenant) : tenant;
  return { command: { tenant: from, by, room: known.id, action, seat: seatOf(cast, from, by, wish) }, sent: undefined };
};

/** Between two who have a direct conversation; elsewhere it would change nothing that can be seen. */
const blockOf = (wish: Wish, { id, tenant }: Known, room: Room, { cast }: Scene): Planned | undefined => {
  const pair = names.filter((name) => room.members[name]);
  const [by, user] = wish.flag ? pair : pair.toReversed();
  if (room.type !== 'direct' || !by || !user || (wish.kind !== 'block' && wish.kind !== 'unblock')) return undefined;
  const action = { kind: wish.kind, user };
  return { command: { tenant, by, room: id, action, seat: seatOf(cast, tenant, by, { door: 0 }) }, sent: undefined };
};

const otherTenant = ({ tenants: [home, away] }: Cast, tenant: string) => (tenant === home ? away : home);

const send = (wish: Wish, known: Known, room: Room, scene: Scene): Planned | undefined => {
  const { cast, ledger, tick } = scene;
  const members = names.filter((name) => room.members[name]);
  const by = wish.entitled ? members[wish.who % members.length] : names[wish.who];
  if (!by) return undefined;
  const from = wish.astray ? otherTenant(cast, known.tenant) : known.tenant;
  const begun = tick();
  const clientMessageId = `c${begun}`;
  const content = `${from} ${by} ${clientMessageId}${mentionIn(wish)}`;
  const outsiders = names.filter((name) => known.states.every((state) => !state.members[name]));
  const what = { clientMessageId, content, references: referencesIn(wish, room), afterSeq: afterSeqIn(wish, known) };
  const sent = ledger.begin({ tenant: from, room: known.id, sender: by, ...what, begun, outsiders });
  return again(sent, seatOf(cast, from, by, wish));
};

/** Half of those who say something say what they knew: some of what there is for certain. */
const afterSeqIn = ({ entitled, message }: Wish, { states }: Known): number | undefined => {
  const newest = Math.min(...states.map(({ said }) => Math.max(0, ...Object.keys(said).map(Number))));
  return entitled ? Math.max(0, newest - message) : undefined;
};

/** What is said refers to what was said before: quotes it, replies in its thread, or both. */
const referencesIn = ({ refers, message }: Wish, room: Room): References => {
  const seq = said(room, message);
  return {
    quotes: seq !== undefined && (refers === 'quote' || refers === 'both') ? seq : null,
    repliesTo: seq !== undefined && (refers === 'reply' || refers === 'both') ? seq : null,
  };
};

/** The number of a message that is known, counted from the newest. */
const said = (room: Room, message: number): number | undefined => {
  const seqs = Object.keys(room.said).map(Number);
  return seqs[seqs.length - 1 - (message % Math.max(1, seqs.length))];
};

/** Half of what is said is said to somebody, who may be a member or not. */
const mentionIn = ({ flag, whom }: Wish): string => (flag ? ` @${names[whom % names.length]}` : '');

/** What was answered long ago is asked again. */
const repeat = (wish: Wish, known: Known, { cast, ledger }: Scene): Planned | undefined => {
  const answered = ledger.inRoom(known.id).filter((one) => one.answered);
  const sent = answered.at(-1 - (wish.message % Math.max(1, answered.length)));
  return sent && again(sent, seatOf(cast, sent.tenant, sent.sender as Name, wish));
};

export const again = (sent: Sent, seat: Seat | undefined): Planned => {
  const { tenant, sender, room, clientMessageId, content, references, afterSeq } = sent;
  sent.attempts += 1;
  sent.tries += 1;
  return {
    command: {
      tenant,
      by: sender as Name,
      room,
      action: { kind: 'send', clientMessageId, content, afterSeq, attempt: sent.tries, ...references },
      seat,
    },
    sent,
  };
};

/** A free device of theirs; undefined is HTTP. */
export const seatOf = (cast: Cast, tenant: string, name: Name, { door }: Pick<Wish, 'door'>): Seat | undefined => {
  const free = cast.seats.filter((one) => one.tenant === tenant && one.name === name && !one.busy && cast.isOpen(one));
  const seat = door === 0 ? undefined : free[door % Math.max(1, free.length)];
  if (seat) seat.busy = true;
  return seat;
};

const actionOf = (wish: Wish, room: Room, { tick }: Scene): Action | undefined => {
  const user = names[wish.whom % names.length] ?? 'ada';
  const seq = said(room, wish.message);
  switch (wish.kind) {
    case 'edit': {
      const version = seq === undefined ? undefined : room.said[seq]?.version;
      if (seq === undefined || version === undefined) return undefined;
      const expectedVersion = wish.flag ? undefined : Math.max(1, version - (wish.whom % 2));
      return { kind: 'edit', seq, content: `edited ${tick()}${mentionIn(wish)}`, expectedVersion };
    }
    case 'delete':
      return seq === undefined ? undefined : { kind: 'delete', seq };
    case 'react':
    case 'unreact':
      return seq === undefined ? undefined : { kind: wish.kind, seq, emoji: emoji[wish.whom % emoji.length] ?? '👍' };
    case 'add':
      return { kind: 'add', users: usersIn(wish.whom, user), role: wish.role === 'owner' ? 'admin' : 'member' };
    case 'appoint':
      return { kind: 'appoint', user, role: wish.role };
    case 'remove':
      return { kind: 'remove', user };
    case 'retitle':
      return { kind: 'retitle', title: `Title ${tick()}` };
    case 'set':
      return { kind: 'set', settings: settingsIn(wish) };
    case 'hide':
    case 'read thread':
      return seq === undefined ? undefined : { kind: wish.kind, seq };
    case 'pin':
    case 'unpin':
      return seq === undefined ? undefined : { kind: wish.kind, seq };
    case 'mark':
      return markOf(wish, seq);
    case 'keep':
      return { kind: 'keep', what: keepings[wish.whom % keepings.length] ?? 'mark' };
    case 'type':
      return { kind: 'type', what: wish.flag ? 'start' : 'stop' };
    case 'join':
    case 'leave':
    case 'end':
    case 'read':
      return { kind: wish.kind };
    default:
      return undefined;
  }
};

/** One of them mostly goes back to what is usual. */
const settingsIn = ({ whom, flag }: Wish): Partial<Settings> => {
  switch (whom % 8) {
    case 0:
      return { whoMayPost: flag ? 'admins' : 'everybody' };
    case 1:
      return { whoMayPost: 'everybody', slowModeSeconds: 0 };
    case 2:
      return { whoMayAdd: flag ? 'everybody' : 'admins' };
    case 3:
      return { historyFrom: flag ? 'join' : 'start' };
    case 4:
      return { slowModeSeconds: flag ? 1 : 0 };
    default:
      return { open: flag };
  }
};

const markOf = ({ whom, flag }: Wish, seq: number | undefined): Action | undefined => {
  if (whom === 15) return { kind: 'mark', what: 'read', seq: notTaken };
  if (flag) return { kind: 'mark', what: 'read', seq: whom % 4 === 0 ? undefined : seq };
  return seq === undefined ? undefined : { kind: 'mark', what: 'delivered', seq };
};

/** A number as a set of users, or one of them. */
const usersIn = (bits: number, otherwise: string): string[] => {
  const some = names.filter((_, i) => bits & (1 << i));
  return some.length > 0 ? some : [otherwise];
};

/** Rather somebody who may, where the wish says so: the message's sender, an owner. */
const doerOf = (wish: Wish, room: Room, action: Action): Name => {
  const anybody = names[wish.who] ?? 'ada';
  if (!wish.entitled) return anybody;
  const members = names.filter((name) => room.members[name]);
  if (action.kind === 'edit' || action.kind === 'delete') return (room.said[action.seq]?.sender as Name) ?? anybody;
  if (['join', 'leave', 'read', 'keep'].includes(action.kind)) return anybody;
  if (['mark', 'react', 'unreact', 'hide', 'read thread', 'type'].includes(action.kind))
    return members[wish.who % Math.max(1, members.length)] ?? anybody;
  const owners = names.filter((name) => room.members[name] === 'owner');
  return owners[wish.who % Math.max(1, owners.length)] ?? anybody;
};
