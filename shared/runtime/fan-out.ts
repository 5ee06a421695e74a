import type { Limits } from '../data/limits.ts';
import type { Members } from '../data/members.ts';
import type { Posters } from '../data/posters.ts';
import type { Presence } from '../data/presence.ts';
import type { Reactions } from '../data/reactions.ts';
import type { Receipts } from '../data/receipts.ts';
import type { Subscriptions } from '../data/subscriptions.ts';
import type { Around, Surroundings } from '../data/surroundings.ts';
import type { Clock } from '../domain/clock.ts';
import { type ConversationState, isDirect, type MemberState } from '../domain/conversation.ts';
import type { Delivery } from '../domain/deliveries.ts';
import {
  deliveriesOf,
  type Happening,
  isForAllMembers,
  leaversIn,
  memberCountOf,
  namedIn,
  needsMembers,
  revisionOf,
} from '../domain/live-events.ts';
import type { ReactionHappening } from '../domain/reactions.ts';
import { firstVisibleSeq, fromTheBeginning, type Viewer, withoutExpired } from '../domain/visibility.ts';
import type { Message } from '../protocol/message.ts';
import type { Patience } from './connections.ts';
import type { Posting, Undelivered } from './delivery.ts';
import { count } from './metrics.ts';
import { createRoomMemory } from './room-memory.ts';
import type { RoomQueue } from './room-queue.ts';
import { together } from './together.ts';

interface Deps {
  members: Members;
  presence: Presence;
  receipts: Receipts;
  posters: Posters;
  surroundings: Surroundings;
  subscriptions: Subscriptions;
  limits: Limits;
  reactions: Pick<Reactions, 'file'>;
  posting: Posting;
  clock: Clock;
}

/** One that answers slowly must not hold up everybody behind it: what takes longer goes through the redelivery queue. */
const patience: Patience = { retries: 1, timeoutMs: 1_000 };

/** What happened in one conversation, in order. */
export interface Run {
  tenant: string;
  conversationId: string;
  happenings: Happening[];
  /** Of the requests that made them happen, as far as those said. */
  traceparents?: string[];
}

/** What is known around a run. */
interface Scene extends Around {
  /** All members or, of a large room, those whom something is about. */
  viewers: readonly Viewer[];
}

const nobody: Scene = { conversation: undefined, members: [], toldBySeq: new Map(), viewers: [] };

/**
 * Tells every live connection of every member what happened: at least once, and in the stream's order but for what has to be posted again.
 * Two round trips and the posts: who is a member, then who of them is connected. Of a large room, nobody reads who is a member: what
 * happened goes to its shards' workers. What happened to reactions is filed beside the first: whoever connects too late to be among the
 * second finds it in the change log.
 * @returns what could not be delivered although its connection may still be there
 */
export const createFanOut = ({
  members,
  presence,
  receipts,
  posters,
  surroundings,
  reactions,
  subscriptions,
  limits,
  posting,
  clock,
}: Deps) => {
  const rooms = createRoomMemory();

  /** What the stream tells of, a replica may not have seen yet. */
  const everybody = (tenant: string, conversationId: string, atMost = Number.POSITIVE_INFINITY) =>
    members.all(tenant, conversationId, { consistent: true, atMost });

  /**
   * All members or, of a large room, those whom something is about: undefined where they need not be read, since the conversation names
   * them or has the revision as of which they are remembered.
   * @param found who was read beside the conversation, on a guess: a wrong one costs a second look
   */
  const membersIn = async (
    { tenant, conversationId, happenings }: Run,
    { conversation, members: asked }: Around,
    found: readonly MemberState[] | undefined,
  ): Promise<readonly MemberState[] | undefined> => {
    if (!conversation) return found ?? [];
    if (conversation.memberIds) return undefined;
    const known = rooms.of(tenant, conversationId);
    const isSameAsBefore = known?.rev === conversation.rev;
    if (known?.members && isSameAsBefore) return undefined;
    if (found && found.length <= limits.of(tenant).largeRoomAbove) {
      rooms.remember(tenant, conversation, isSameAsBefore ? found : undefined);
      return found;
    }
    if (conversation.live === 'subscribed' && !happenings.some(isForAllMembers)) {
      rooms.remember(tenant, conversation, undefined);
      return known?.isLarge ? asked : members.among(tenant, conversationId, concernedIn(happenings));
    }
    const all = await everybody(tenant, conversationId);
    rooms.remember(tenant, conversation, all);
    return all;
  };

  /** What fan-out has to know. Senders' memberships are read in any case: how far they had read may have changed. */
  const sceneOf = async (run: Run): Promise<Scene> => {
    const { tenant, conversationId, happenings } = run;
    if (!happenings.some(needsMembers)) return nobody;
    const sent = newMessagesOf(happenings);
    const known = rooms.of(tenant, conversationId);
    const isNewer = known !== undefined && revisionOf(happenings) > known.rev;
    const isKnown = isDirect(conversationId) || known?.isLarge || (known?.members && !isNewer);
    const users = known?.isLarge ? concernedIn(happenings) : isKnown ? sendersIn(sent) : [];
    const [around, found] = await together([
      surroundings.around(tenant, conversationId, { users, sent }),
      isKnown ? undefined : everybody(tenant, conversationId, limits.of(tenant).largeRoomAbove + 1),
    ]);
    const read = await membersIn(run, around, found);
    const remembered = around.conversation?.memberIds?.map(fromTheBeginning) ?? known?.members ?? [];
    return { ...around, members: read ?? around.members, viewers: read ?? remembered };
  };

  const deliveriesIn = ({ happenings }: Run, { conversation, viewers, toldBySeq }: Scene): Delivery[] => {
    const byUser = new Map(viewers.map((one) => [one.userId, one]));
    const known = {
      members: [...byUser.keys()],
      conversation: conversation && withoutExpired(conversation, clock.now()),
      firstSeqOf: (user: string) => (conversation ? firstVisibleSeq({ conversation, member: byUser.get(user) }) : 1),
    };
    const told = (happening: Happening) =>
      happening.kind === 'message' && happening.isNew ? (toldBySeq.get(happening.message.seq) ?? []) : [];
    return [
      ...happenings.flatMap((one) => deliveriesOf(one, { ...known, told: told(one) })),
      ...(conversation?.live === 'subscribed' ? memberCountOf(happenings, conversation) : []),
    ];
  };

  const tellUsers = async (tenant: string, deliveries: readonly Delivery[]): Promise<Undelivered[]> => {
    const users = [...new Set(deliveries.flatMap(({ to }) => (to === 'subscribed' ? [] : [...to])))];
    if (users.length === 0) return [];
    const live = await presence.connectionsOf(tenant, users);
    return (await posting.post(tenant, deliveries, live, patience)).undelivered;
  };

  /** Whoever was taken out is out before the room is told anything more. */
  const tellRoom = async (
    { tenant, conversationId, happenings, traceparents = [] }: Run,
    { shards }: ConversationState,
    deliveries: readonly Delivery[],
    queue: RoomQueue,
  ): Promise<void> => {
    if (shards === 0) return;
    await together(
      leaversIn(happenings).map((one) => subscriptions.revoke(tenant, conversationId, { ...one, shards })),
    );
    if (deliveries.length === 0) return;
    await queue.add({ tenant, conversationId, shards, traceparents }, deliveries);
    count('RoomFanOuts');
  };

  /** Whoever sends has read what came before. */
  const noteReading = async ({ tenant, happenings }: Run, { conversation, members, viewers }: Scene): Promise<void> => {
    if (!conversation) return;
    const users = conversation.live === 'all' ? viewers.map(({ userId }) => userId) : [];
    const note = async ([sender, message]: [MemberState, Message]): Promise<void> => {
      await receipts.raiseBySender(tenant, { conversation, sender, message });
      if (users.length > 0) await posters.makeRoom(tenant, conversation, { poster: sender.userId, users });
    };
    await together([
      ...lastBySender(happenings, members).map(note),
      posters.tellOfVoids(tenant, conversation, { voids: voidsIn(happenings), users }),
    ]);
  };

  return async (run: Run, queue: RoomQueue): Promise<Undelivered[]> => {
    const [found] = await together([sceneOf(run), reactions.file(run.tenant, run.happenings.filter(isReaction))]);
    const deliveries = deliveriesIn(run, found);
    const isForRoom = ({ to }: Delivery) => to === 'subscribed';
    const [undelivered] = await together([
      tellUsers(
        run.tenant,
        deliveries.filter((one) => !isForRoom(one)),
      ),
      found.conversation && tellRoom(run, found.conversation, deliveries.filter(isForRoom), queue),
      noteReading(run, found),
    ]);
    return undelivered;
  };
};
export type FanOut = ReturnType<typeof createFanOut>;

const isReaction = (happening: Happening): happening is ReactionHappening =>
  happening.kind === 'reaction.added' || happening.kind === 'reaction.removed';

const newMessagesOf = (happenings: readonly Happening[]): Message[] =>
  happenings.flatMap((one) =>
    one.kind === 'message' && one.isNew && one.message.status === 'sent' ? [one.message] : [],
  );

const voidsIn = (happenings: readonly Happening[]): number[] =>
  happenings.flatMap((one) => (one.kind === 'message' && one.message.status === 'void' ? [one.message.seq] : []));

/** Each sender’s newest: a message may be stored after one of a greater number. */
const lastBySender = (happenings: readonly Happening[], members: readonly MemberState[]): [MemberState, Message][] => {
  const sent = newMessagesOf(happenings);
  return members.flatMap((member): [MemberState, Message][] => {
    const [last] = sent.filter(({ senderId }) => senderId === member.userId).sort((a, b) => b.seq - a.seq);
    return last ? [[member, last]] : [];
  });
};

const sendersIn = (sent: readonly Message[]): string[] => [...new Set(sent.flatMap(({ senderId }) => senderId ?? []))];

/** Whom a large room's happenings are about. */
const concernedIn = (happenings: readonly Happening[]): string[] => [
  ...new Set([...namedIn(happenings), ...sendersIn(newMessagesOf(happenings))]),
];
