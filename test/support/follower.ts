import { expect } from 'vitest';
import type { ShownMessage } from '../../shared/protocol/message.ts';
import type { SyncPage } from '../../shared/protocol/sync.ts';
import {
  type ClientState,
  emptyState,
  follow,
  withDrafts,
  withFetched,
  withFetchedMessage,
  withoutFollowed,
} from './client-state.ts';
import { positionsOf, withSynced } from './client-sync.ts';
import { differencesBetween, fetchedViewsOf, viewsOf } from './client-view.ts';
import type { Device } from './device.ts';
import { fetchConversation, fetchDrafts, fetched, fetchMe, fetchState } from './fresh-fetch.ts';
import { createListening } from './listening.ts';
import type { Person } from './person.ts';
import { pageFor, resync } from './resync.ts';

/** What a client keeps while it has no connection. */
interface Memory {
  state: ClientState;
  /** When it last synced, as Parley said. */
  syncedAt: string;
}

/** A device that keeps a client's state: fetched once or synced when it connects, and followed through events from there. */
export interface Follower {
  readonly person: Person;
  readonly device: Device;
  /** The pages that it synced. */
  readonly pages: readonly SyncPage[];
  /** With what came last on its connection. */
  memory(): Memory;
  /**
   * Takes in what was heard, asks again for what a sync could not have yet, and fetches the conversations that were new, as a client
   * does as soon as it hears of them.
   */
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
 * Whoever was out of a conversation and came back looks at it anew.
 */
export const startFollowing = async (person: Person, device: Device): Promise<Follower> => {
  const { syncedAt } = await pageFor(person, device, { conversations: [] });
  const { preferences } = await fetchMe(person);
  const follower = following(person, device, { state: emptyState(person.id, preferences.readReceipts), syncedAt });
  await follower.begins();
  return follower;
};

/** Comes back on a new connection, with what was known on the old one: what happened meanwhile is synced, and nothing is fetched. */
export const resumeFollowing = async (before: Follower, device: Device): Promise<Follower> => {
  const follower = following(before.person, device, before.memory());
  await follower.returns();
  return follower;
};

const following = (
  person: Person,
  device: Device,
  memory: Memory,
): Follower & { begins(): Promise<void>; returns(): Promise<void> } => {
  const doubtful = new Map<string, string>();
  const listening = createListening(person, device);
  const pages: SyncPage[] = [];
  let seen = 0;
  let { state, syncedAt } = memory;
  let open: { conversationId: string; seq: number; rev: number }[] = [];

  const takeIn = (): void => {
    for (; seen < device.frames.length; seen += 1) {
      const frame = device.frames[seen];
      if (!frame) continue;
      state = follow(state, frame);
      listening.hears(frame);
      if (frame.event === 'message.sent') doubtful.delete(frame.data.clientMessageId);
    }
  };

  const syncs = async (since?: string): Promise<void> => {
    const over = await resync({
      positions: open,
      since,
      ask: (request) => pageFor(person, device, request),
      take: (page) => {
        pages.push(page);
        takeIn();
        state = withSynced(state, page);
      },
    });
    open = over.open;
    if (since !== undefined) syncedAt = over.syncedAt;
  };

  const catchUp = async (): Promise<void> => {
    takeIn();
    if (open.length > 0) await syncs();
    const unknown = Object.values(state.conversations).filter((one) => !one.isFetched);
    const found = await Promise.all(
      unknown.map(async ({ about }) => {
        const one = await fetchConversation(person, about.id);
        return one && listening.to(one);
      }),
    );
    for (const [i, { about }] of unknown.entries()) {
      const one = found[i];
      // A moderator also sees what is not theirs.
      state = one && one.own.role !== null ? withFetched(state, one) : withoutFollowed(state, about.id);
    }
    takeIn();
  };

  /** Drafts belong to a user rather than to a conversation: a sync tells nothing of them. */
  const fetchesDrafts = async (): Promise<void> => {
    const before = state;
    const drafts = await fetchDrafts(person);
    takeIn();
    state = withDrafts(state, drafts, before);
  };

  const takeOwn = (message: ShownMessage): void => {
    state = withFetchedMessage(state, message);
  };

  /** Of a message of its own, a device hears the answer alone. */
  const readBackAnswered = async (): Promise<void> => {
    const missing = device.heard('message.sent').filter(({ messageId, seq }) => {
      const followed = state.conversations[messageId.split('.')[0] ?? ''];
      return followed && !followed.messages[seq];
    });
    const found = missing.map(({ messageId }) => fetched<ShownMessage>(person, `/api/messages/${messageId}`));
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
    pages,
    memory: () => {
      takeIn();
      return { state, syncedAt };
    },
    begins: async () => {
      for (const one of await fetchState(person)) {
        const heard = await listening.to(one);
        if (heard) state = withFetched(state, heard);
      }
    },
    returns: async () => {
      await listening.again(state);
      open = positionsOf(state);
      await syncs(syncedAt);
      await fetchesDrafts();
      await catchUp();
    },
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
  const story = [...rooms].flatMap((room) => [
    `heard of ${room}: ${heardOf(follower.device, room).join(', ')}`,
    `synced of ${room}: ${syncedOf(follower.pages, room).join(', ')}`,
    `own state of ${room}: followed ${JSON.stringify(state.conversations[room]?.own)}, fetched ${JSON.stringify(fresh.find(({ own }) => own.id === room)?.own)}`,
  ]);
  const found = [...differences, ...story].join('\n');
  expect(differences, `what ${what} followed is not what ${what} fetches:\n${found}`).toEqual([]);
};

/** What a device heard of a conversation (the gateway’s own words name none), in the order in which it came: `message.updated 3/5` is number 3 as of revision 5. */
const heardOf = (device: Device, room: string): string[] =>
  device.frames.flatMap(({ event, data }) => {
    const { conversationId, messageId, id, seq, rev } = (data ?? {}) as Record<string, string | undefined>;
    const about = conversationId ?? messageId?.split('.')[0] ?? id;
    return about === room ? [`${event} ${seq ?? messageId?.split('.')[1] ?? '-'}/${rev ?? '-'}`] : [];
  });

/** `5/7 +2 ~1 *3`: two messages up to number 5, an older one that changed and three changes, up to revision 7. */
const syncedOf = (pages: readonly SyncPage[], room: string): string[] =>
  pages.flatMap(({ conversations, joined, removed }) => [
    ...conversations
      .filter(({ conversation }) => conversation.id === room)
      .map(({ position: { seq, rev }, messages, changed, changes, refetch, hasMore }) =>
        [
          `${seq}/${rev} +${messages.length} ~${changed.length} *${changes.length}`,
          ...(refetch ? ['refetch'] : []),
          ...(hasMore ? ['and more'] : []),
        ].join(' '),
      ),
    ...joined.filter(({ id }) => id === room).map(() => 'joined'),
    ...removed.filter(({ conversationId }) => conversationId === room).map(({ rev, reason }) => `${reason} ${rev}`),
  ]);
