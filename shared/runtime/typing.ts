import pMap from 'p-map';
import type { Members } from '../data/members.ts';
import type { Places } from '../data/places.ts';
import type { Connection, Presence } from '../data/presence.ts';
import { areApart } from '../domain/blocks.ts';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import type { MemberState } from '../domain/conversation.ts';
import { type Action, deletedUser, postingIn, requirePermission, standingsOf } from '../domain/permissions.ts';
import { largestTypingRoom, relayPauseMs } from '../domain/typing.ts';
import type { LiveEvent } from '../protocol/events.ts';
import type { Patience } from './connections.ts';
import type { Posting } from './delivery.ts';
import { together } from './together.ts';

interface Deps {
  places: Places;
  members: Members;
  presence: Presence;
  posting: Posting;
  clock: Clock;
}

/** Who is in a conversation, as this instance saw it a moment ago. */
interface Room {
  members: ReadonlyMap<string, MemberState>;
  isLarge: boolean;
  /** What it takes to post there. */
  posting: Action;
  seenAt: number;
}

/** Old enough to have joined or left unnoticed, and short enough to bear it. */
const roomMemoryMs = 10_000;
const rememberedRooms = 500;
const rememberedRelays = 10_000;

/** The typist waits meanwhile, and what does not arrive at once is worth nothing. */
const hurry: Patience = { retries: 0, timeoutMs: 500 };
const atOnce = 64;

/**
 * Tells the other members that somebody types, or stops: at once or never. Nothing is written; what limits a typist is the memory of this
 * instance, so that several instances let through as many times as much. One round trip and the posts, two where the instance has
 * not seen the conversation lately, none for what is not passed on.
 */
export const createTyping = ({ places, members, presence, posting, clock }: Deps) => {
  const rooms = new Map<string, Room>();
  const relays = new Map<string, number>();

  /** @throws Problem `not_found` or `forbidden` to whom may not post here */
  const roomOf = async (caller: Caller, conversationId: string): Promise<Room> => {
    const id = JSON.stringify([caller.tenant, conversationId]);
    const now = clock.now().getTime();
    const known = rooms.get(id);
    const fresh = known && now - known.seenAt < roomMemoryMs ? known : undefined;
    const member = fresh?.members.get(caller.user);
    if (fresh && member) {
      requirePermission(standingsOf(caller, member.role), fresh.posting);
      return fresh;
    }
    const [place, found] = await together([
      places.placeOf(caller, conversationId),
      fresh?.isLarge ? [] : members.all(caller.tenant, conversationId, { atMost: largestTypingRoom + 1 }),
    ]);
    const posting = postingIn(place.conversation.settings);
    requirePermission(place.standings, posting);
    if (fresh?.isLarge) return fresh;
    const isLarge = found.length > largestTypingRoom;
    const room = { members: new Map(found.map((one) => [one.userId, one])), isLarge, posting, seenAt: now };
    remember(rooms, id, room, rememberedRooms);
    return room;
  };

  /** Live connections of the others, but of those who do not want to know of the typist, or are not to. */
  const audienceOf = async (caller: Caller, room: Room): Promise<Connection[]> => {
    const others = [...room.members.keys()].filter((user) => user !== caller.user);
    const [typist, ...states] = await presence.statesOf(caller.tenant, [caller.user, ...others]);
    if (typist.isShut) throw deletedUser();
    if (typist.privacy === 'nobody') return [];
    const now = epochSeconds(clock.now());
    return states
      .filter((state) => !state.isShut && !areApart(typist, state))
      .flatMap((state) => state.connections.filter(({ expiresAt }) => expiresAt > now));
  };

  /** @returns when it was last passed on: now, or up to three seconds ago. Posts that fail are not repeated. */
  return async (caller: Caller, conversationId: string, frameAt: (at: Date) => LiveEvent): Promise<Date> => {
    const id = JSON.stringify([caller.tenant, conversationId, caller.user]);
    const now = clock.now();
    const relayedAt = relays.get(id);
    if (relayedAt !== undefined && now.getTime() - relayedAt < relayPauseMs) return new Date(relayedAt);
    const room = await roomOf(caller, conversationId);
    const audience = room.isLarge ? [] : await audienceOf(caller, room);
    remember(relays, id, now.getTime(), rememberedRelays);
    const frame = JSON.stringify(frameAt(now));
    await pMap(audience, (connection) => posting.serve(caller.tenant, connection, [frame], hurry), {
      concurrency: atOnce,
    });
    return now;
  };
};
export type Typing = ReturnType<typeof createTyping>;

/** The oldest makes room. */
const remember = <T>(memory: Map<string, T>, key: string, value: T, size: number): void => {
  memory.delete(key);
  const [oldest] = memory.keys();
  if (memory.size >= size && oldest !== undefined) memory.delete(oldest);
  memory.set(key, value);
};
