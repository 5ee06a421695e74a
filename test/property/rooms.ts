/** The conversations of a run, each with the states in which it may be by what was answered so far. */
import type { Action, Name, Role, Room, Settings } from './model.ts';
import { canonical, type Done, possibleAfter } from './orders.ts';
import { type Truth, usersByEmoji } from './truth.ts';

export interface Known {
  id: string;
  tenant: string;
  /** In the order in which they were named, the founder first. */
  founders: string[];
  /** One, unless something was left unknown. */
  states: Room[];
  /** When each user was last about to become a member, in moments counted. */
  welcomedAt: Map<string, number>;
}

const usual: Settings = {
  open: false,
  whoMayPost: 'everybody',
  whoMayAdd: 'admins',
  historyFrom: 'start',
  slowModeSeconds: 0,
};
const blank = { ended: false, latecomers: [], said: {}, pins: [], hidden: {}, blockedBy: [] };

export const createRooms = () => {
  const rooms = new Map<string, Known>();
  return {
    get all(): Known[] {
      return [...rooms.values()];
    },
    of: (tenant: string): Known[] => [...rooms.values()].filter((one) => one.tenant === tenant),
    get: (id: string): Known | undefined => rooms.get(id),
    /** Two users found one together, as often as they like. */
    found: (
      tenant: string,
      id: string,
      founders: string[],
      { open, ...room }: Pick<Room, 'type' | 'title'> & { open: boolean },
    ): void => {
      if (rooms.has(id)) return;
      const roleOf = (index: number): Role => (room.type === 'group' && index === 0 ? 'owner' : 'member');
      const members = Object.fromEntries(founders.map((user, index) => [user, roleOf(index)]));
      rooms.set(id, {
        id,
        tenant,
        founders,
        states: [{ ...room, ...blank, settings: { ...usual, open }, members }],
        welcomedAt: new Map(),
      });
    },
  };
};
export type Rooms = ReturnType<typeof createRooms>;

/** @throws when no order of what was done at once explains how it was answered */
export const judge = (known: Known, done: readonly Done[]): void => {
  const after = possibleAfter(known.states, done);
  if (after.length === 0) {
    const told = done.map(
      ({ by, action, outcome }) => `  ${by}: ${JSON.stringify(action)} → ${JSON.stringify(outcome)}`,
    );
    const before = known.states.map((state) => `  ${canonical(state)}`);
    throw new Error(`No order explains, in ${known.id}\n${told.join('\n')}\nafter\n${before.join('\n')}`);
  }
  known.states = after;
};

/** Looks which of the possible states is the true one. @throws when it is none of them */
export const compareWithTruth = (known: Known, truth: Truth | undefined): void => {
  if (!truth) throw new Error(`${known.id} is gone.`);
  const possible = known.states.filter((state) => canonical(state) === canonical(trueState(truth, state)));
  if (possible.length === 0) {
    const [state] = known.states;
    throw new Error(
      `${known.id} is\n  ${state && canonical(trueState(truth, state))}\nand should be one of\n${known.states.map((one) => `  ${canonical(one)}`).join('\n')}`,
    );
  }
  known.states = possible.slice(0, 1);
};

/** Of the messages, those that the model knows of; who said what at all is the ledger's question. */
const trueState = (
  { conversation, members, messages, reactions, pins, hidden, blockedBy }: Truth,
  { said, latecomers }: Room,
): Room => ({
  type: conversation.type,
  title: conversation.title,
  settings: settingsOf(conversation.settings),
  ended: conversation.deletedAt !== null,
  members: Object.fromEntries(members.map(({ userId, role }) => [userId, role])),
  latecomers,
  pins: pins.map(({ seq }) => seq).sort((a, b) => a - b),
  hidden,
  blockedBy,
  said: Object.fromEntries(
    messages
      .filter(({ seq }) => said[seq])
      .map(({ seq, senderId, content, version, threadId }) => [
        seq,
        {
          sender: senderId ?? '',
          content,
          version,
          reactions: usersByEmoji(reactions.get(seq)),
          isReply: threadId !== null,
        },
      ]),
  ),
});

const settingsOf = ({ retentionDays: _, ...settings }: Truth['conversation']['settings']): Settings => settings;

/** Whom an action may make a member. */
export const welcomedBy = (action: Action, by: Name): string[] =>
  action.kind === 'add' ? action.users : action.kind === 'join' ? [by] : [];
