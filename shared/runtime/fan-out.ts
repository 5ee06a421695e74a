import type { Conversations } from '../data/conversations.ts';
import type { Limits } from '../data/limits.ts';
import type { Members } from '../data/members.ts';
import type { Presence } from '../data/presence.ts';
import type { Reactions } from '../data/reactions.ts';
import type { Receipts } from '../data/receipts.ts';
import type { Sends } from '../data/sends.ts';
import type { Subscriptions } from '../data/subscriptions.ts';
import type { Clock } from '../domain/clock.ts';
import type { ConversationState, MemberState } from '../domain/conversation.ts';
import type { Delivery } from '../domain/deliveries.ts';
import {
  deliveriesOf,
  type Happening,
  isForAllMembers,
  leaversIn,
  memberCountOf,
  namedIn,
  needsMembers,
} from '../domain/live-events.ts';
import type { ReactionHappening } from '../domain/reactions.ts';
import { audienceOfPosting } from '../domain/receipts.ts';
import { firstVisibleSeq, withoutExpired } from '../domain/visibility.ts';
import type { Message } from '../protocol/message.ts';
import type { Patience } from './connections.ts';
import type { Posting, Undelivered } from './delivery.ts';
import { count } from './metrics.ts';
import type { RoomQueue } from './room-queue.ts';
import { together } from './together.ts';

interface Deps {
  conversations: Conversations;
  members: Members;
  presence: Presence;
  receipts: Receipts;
  sends: Sends;
  subscriptions: Subscriptions;
  limits: Limits;
  reactions: Pick<Reactions, 'file'>;
  posting: Posting;
  clock: Clock;
}

/** One that answers slowly must not hold up everybody behind it: what takes longer goes through the redelivery queue. */
const patience: Patience = { retries: 1, timeoutMs: 1_000 };

/** How many large rooms an instance remembers. */
const memory = 10_000;

/** What happened in one conversation, in order. */
export interface Run {
  tenant: string;
  conversationId: string;
  happenings: Happening[];
  /** Of the requests that made them happen, as far as those said. */
  traceparents?: string[];
}

interface Around {
  conversation: ConversationState | undefined;
  /** As `Surroundings` has them. */
  members: MemberState[];
  /** Connections that know of a new message already, by its number. */
  toldBySeq: ReadonlyMap<number, string[]>;
}

/**
 * Tells every live connection of every member what happened: at least once, and in the stream's order but for what has to be posted again.
 * Two round trips and the posts: who is a member, then who of them is connected. Of a large room, nobody reads who is a member: what
 * happened goes to its shards' workers. What happened to reactions is filed beside the first: whoever connects too late to be among the
 * second finds it in the change log.
 * @returns what could not be delivered although its connection may still be there
 */
export const createFanOut = ({
  conversations,
  members,
  presence,
  receipts,
  sends,
  reactions,
  subscriptions,
  limits,
  posting,
  clock,
}: Deps) => {
  const largeRooms = new Set<string>();

  const remember = ({ tenant, conversationId }: Run, isLarge: boolean): void => {
    if (largeRooms.size >= memory) largeRooms.clear();
    const room = JSON.stringify([tenant, conversationId]);
    if (isLarge) largeRooms.add(room);
    else largeRooms.delete(room);
  };

  /** All members or, of a large room, those whom something is about. What the stream tells of, a replica may not have seen yet. */
  const concerned = ({ tenant, conversationId, happenings }: Run, isLarge: boolean): Promise<MemberState[]> =>
    isLarge && !happenings.some(isForAllMembers)
      ? members.among(tenant, conversationId, [...new Set([...namedIn(happenings), ...sendersIn(happenings)])])
      : members.all(tenant, conversationId, { consistent: true });

  /** Who is read beside the conversation is a guess from what this instance saw last; a wrong one costs a second look. */
  const around = async (run: Run): Promise<Around> => {
    const { tenant, conversationId, happenings } = run;
    if (!happenings.some(needsMembers)) return { conversation: undefined, members: [], toldBySeq: new Map() };
    const sent = newMessagesOf(happenings);
    const wasLarge = largeRooms.has(JSON.stringify([tenant, conversationId]));
    const { largeRoomAbove } = limits.of(tenant);
    const [conversation, found, sendReceipts] = await together([
      conversations.stateOf(tenant, conversationId),
      wasLarge
        ? concerned(run, true)
        : members.all(tenant, conversationId, { consistent: true, atMost: largeRoomAbove + 1 }),
      sent.length > 0 ? sends.receiptsOf(tenant, sent) : [],
    ]);
    const isLarge = conversation?.live === 'subscribed';
    remember(run, isLarge);
    const isEnough = wasLarge ? isLarge : found.length <= largeRoomAbove;
    return {
      conversation,
      members: isEnough ? found : await concerned(run, isLarge),
      // A receipt that was used again after its 24 hours speaks of another message.
      toldBySeq: new Map(sent.map(({ seq }, i) => [seq, sendReceipts[i]?.seq === seq ? sendReceipts[i].told : []])),
    };
  };

  const deliveriesIn = ({ happenings }: Run, { conversation, members: found, toldBySeq }: Around): Delivery[] => {
    const byUser = new Map(found.map((one) => [one.userId, one]));
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
    rooms: RoomQueue,
  ): Promise<void> => {
    if (shards === 0) return;
    await together(
      leaversIn(happenings).map((one) => subscriptions.revoke(tenant, conversationId, { ...one, shards })),
    );
    if (deliveries.length === 0) return;
    await rooms.add({ tenant, conversationId, shards, traceparents }, deliveries);
    count('RoomFanOuts');
  };

  return async (run: Run, rooms: RoomQueue): Promise<Undelivered[]> => {
    const [found] = await together([around(run), reactions.file(run.tenant, run.happenings.filter(isReaction))]);
    const deliveries = deliveriesIn(run, found);
    const isForRoom = ({ to }: Delivery) => to === 'subscribed';
    const [undelivered] = await together([
      tellUsers(
        run.tenant,
        deliveries.filter((one) => !isForRoom(one)),
      ),
      found.conversation && tellRoom(run, found.conversation, deliveries.filter(isForRoom), rooms),
      ...lastBySender(run.happenings, found.members).map(([sender, message]) => {
        const audience = found.conversation ? audienceOfPosting(found.conversation) : 'nobody';
        return receipts.raiseBySender(run.tenant, { sender, message, audience });
      }),
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

/** Whoever sends has read what came before. A message may be stored after one of a greater number. */
const lastBySender = (happenings: readonly Happening[], members: readonly MemberState[]): [MemberState, Message][] => {
  const sent = newMessagesOf(happenings);
  return members.flatMap((member): [MemberState, Message][] => {
    const [last] = sent.filter(({ senderId }) => senderId === member.userId).sort((a, b) => b.seq - a.seq);
    return last ? [[member, last]] : [];
  });
};

const sendersIn = (happenings: readonly Happening[]): string[] =>
  newMessagesOf(happenings).flatMap(({ senderId }) => senderId ?? []);
