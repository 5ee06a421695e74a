import type { Limits } from '../data/limits.ts';
import type { Members } from '../data/members.ts';
import type { Posters } from '../data/posters.ts';
import type { Presence } from '../data/presence.ts';
import type { Reactions } from '../data/reactions.ts';
import type { Receipts } from '../data/receipts.ts';
import type { Subscriptions } from '../data/subscriptions.ts';
import type { Surroundings, ToldBySeq } from '../data/surroundings.ts';
import type { Clock } from '../domain/clock.ts';
import type { ConversationState, MemberState } from '../domain/conversation.ts';
import type { Delivery } from '../domain/deliveries.ts';
import {
  deliveriesOf,
  type Happening,
  leaversIn,
  markedIn,
  memberCountOf,
  newMessagesIn,
  voidsIn,
} from '../domain/live-events.ts';
import type { ReactionHappening } from '../domain/reactions.ts';
import { firstVisibleSeq, withoutExpired } from '../domain/visibility.ts';
import type { Message } from '../protocol/message.ts';
import type { Patience } from './connections.ts';
import type { Posting, Undelivered } from './delivery.ts';
import { count } from './metrics.ts';
import type { RoomQueue } from './room-queue.ts';
import { createScenes, type Scene } from './scenes.ts';
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
  const scenes = createScenes({ members, surroundings, limits });

  const deliveriesIn = ({ happenings }: Run, { conversation, viewers, told }: Scene): Delivery[] => {
    const byUser = new Map(viewers.map((one) => [one.userId, one]));
    const known = {
      members: [...byUser.keys()],
      conversation: conversation && withoutExpired(conversation, clock.now()),
      firstSeqOf: (user: string) => (conversation ? firstVisibleSeq({ conversation, member: byUser.get(user) }) : 1),
    };
    return [
      ...happenings.flatMap((one) => deliveriesOf(one, { ...known, told: toldOf(one, told) })),
      ...(conversation?.live === 'subscribed' ? memberCountOf(happenings, conversation) : []),
    ];
  };

  const tellUsers = async (tenant: string, deliveries: readonly Delivery[]): Promise<Undelivered[]> => {
    const users = [...new Set(deliveries.flatMap(({ to }) => (to === 'subscribed' ? [] : [...to])))];
    if (users.length === 0) return [];
    const live = await presence.connectionsOf(tenant, users);
    return (await posting.post(tenant, deliveries, live, patience)).undelivered;
  };

  /** One round trip, and the posts. */
  const tellRemembered = async (run: Run, scene: Scene): Promise<Undelivered[]> => {
    const { tenant, happenings } = run;
    const users = scene.viewers.map(({ userId }) => userId);
    const marked = markedIn(happenings);
    const { live, told } = await surroundings.listeners(tenant, { users, marked });
    const deliveries = deliveriesIn(run, { ...scene, told });
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
    const remembered = scenes.remembered(run);
    if (remembered) return tellRemembered(run, remembered);
    const [found] = await together([scenes.look(run), reactions.file(run.tenant, run.happenings.filter(isReaction))]);
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

/** Connections that know of it already: the one that has its sender's answer, and those that the sender told. */
const toldOf = (happening: Happening, told: ToldBySeq): readonly string[] => {
  if (happening.kind !== 'message' || !happening.isNew) return [];
  const answered = happening.postmark?.connectionId;
  return [...(answered === undefined ? [] : [answered]), ...(told.get(happening.message.seq) ?? [])];
};

/** Each sender’s newest: a message may be stored after one of a greater number. */
const lastBySender = (happenings: readonly Happening[], members: readonly MemberState[]): [MemberState, Message][] => {
  const sent = newMessagesIn(happenings);
  return members.flatMap((member): [MemberState, Message][] => {
    const [last] = sent.filter(({ senderId }) => senderId === member.userId).sort((a, b) => b.seq - a.seq);
    return last ? [[member, last]] : [];
  });
};
