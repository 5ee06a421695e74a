import { expect } from 'vitest';
import type { Message } from '../../shared/protocol/message.ts';
import { type ClientState, emptyState, follow, withFetched, withoutFollowed } from './client-state.ts';
import { differencesBetween, fetchedViewsOf, viewsOf } from './client-view.ts';
import type { Device } from './device.ts';
import { fetchConversation, fetched, fetchMe, fetchState } from './fresh-fetch.ts';
import type { Person } from './person.ts';

/** A device that keeps a client's state: fetched once when it connects, and followed through events from there. */
export interface Follower {
  readonly person: Person;
  readonly device: Device;
  /** Takes in what was heard, and fetches the conversations that were new, as a client does as soon as it hears of them. */
  catchUp(): Promise<void>;
  /**
   * A send from this device was not answered. It may be stored all the same, and its own connection is the one that is not told:
   * unless a repetition is answered here, the client looks whether it is there.
   */
  doubts(conversationId: string, clientMessageId: string): void;
  /** What it knows by now, with what it has sent itself read back. */
  known(): Promise<ClientState>;
}

/**
 * Follows from now on. Nothing is ever fetched again to fill a gap: on a connection that stayed open, everything has to be told.
 * Whoever loses a connection follows anew on the next one, and whoever was out of a conversation and came back looks at it anew.
 */
export const startFollowing = async (person: Person, device: Device): Promise<Follower> => {
  const doubtful = new Map<string, string>();
  let seen = 0;
  const { preferences } = await fetchMe(person);
  let state = (await fetchState(person)).reduce(withFetched, emptyState(person.id, preferences.readReceipts));

  const takeIn = (): void => {
    for (; seen < device.frames.length; seen += 1) {
      const frame = device.frames[seen];
      if (!frame) continue;
      state = follow(state, frame);
      if (frame.event === 'message.sent') doubtful.delete(frame.data.clientMessageId);
    }
  };

  const catchUp = async (): Promise<void> => {
    takeIn();
    const unknown = Object.values(state.conversations).filter((one) => !one.isFetched);
    const found = await Promise.all(unknown.map(({ about }) => fetchConversation(person, about.id)));
    for (const [i, { about }] of unknown.entries()) {
      const one = found[i];
      // A moderator also sees what is not theirs.
      state = one && one.own.role !== null ? withFetched(state, one) : withoutFollowed(state, about.id);
    }
    takeIn();
  };

  const takeOwn = (message: Message): void => {
    state = follow(state, { event: 'message.new', data: message });
  };

  /** Of a message of its own, a device hears the answer alone. */
  const readBackAnswered = async (): Promise<void> => {
    const missing = device.heard('message.sent').filter(({ messageId, seq }) => {
      const followed = state.conversations[messageId.split('.')[0] ?? ''];
      return followed && !followed.messages[seq];
    });
    const found = missing.map(({ messageId }) => fetched<Message>(person, `/api/messages/${messageId}`));
    for (const message of await Promise.all(found)) if (message) takeOwn(message);
  };

  const readBackDoubtful = async (): Promise<void> => {
    for (const [clientMessageId, conversationId] of doubtful) {
      const conversation = await fetchConversation(person, conversationId);
      const own = conversation?.messages.find(
        (one) => one.senderId === person.id && one.clientMessageId === clientMessageId,
      );
      if (own) takeOwn(own);
    }
  };

  takeIn();
  return {
    person,
    device,
    catchUp,
    doubts: (conversationId, clientMessageId) => doubtful.set(clientMessageId, conversationId),
    known: async () => {
      await device.catchesUp();
      await catchUp();
      await readBackAnswered();
      await readBackDoubtful();
      return state;
    },
  };
};

/**
 * State plus events equals a fresh fetch: what this device followed is what its user sees who opens the app now: conversations,
 * members, messages, unread counts, read receipts, previews, and no number of either sequence that was not told. Ask once the cloud has settled.
 *
 * @example
 * const phone = await startFollowing(ada, await ada.connects());
 * // … whatever happens …
 * await world.cloud.settled();
 * await expectStateEqualsFreshFetch(phone);
 */
export const expectStateEqualsFreshFetch = async (follower: Follower, what = follower.person.id): Promise<void> => {
  const state = await follower.known();
  const fresh = await fetchState(follower.person);
  const differences = differencesBetween(viewsOf(state), fetchedViewsOf(follower.person.id, fresh));
  const rooms = new Set(differences.map((line) => line.split(/[.:]/)[0] ?? ''));
  const story = [...rooms].map((room) => `heard of ${room}: ${heardOf(follower.device, room).join(', ')}`);
  const found = [...differences, ...story].join('\n');
  expect(differences, `what ${what} followed is not what ${what} fetches:\n${found}`).toEqual([]);
};

/** What a device heard of a conversation (the gateway’s own words name none), in the order in which it came: `message.updated 3/5` is number 3 as of revision 5. */
const heardOf = (device: Device, room: string): string[] =>
  device.frames.flatMap(({ event, data }) => {
    const { conversationId, messageId, id, seq, rev } = (data ?? {}) as Record<string, string | undefined>;
    const about = conversationId ?? messageId?.split('.')[0] ?? id;
    return about === room ? [`${event} ${seq ?? '-'}/${rev ?? '-'}`] : [];
  });
