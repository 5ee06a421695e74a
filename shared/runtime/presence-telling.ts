import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import type { Heartbeats, Look } from '../data/heartbeats.ts';
import type { Inbox } from '../data/inbox.ts';
import type { Members } from '../data/members.ts';
import type { Presence, PresenceFound } from '../data/presence.ts';
import { areApart } from '../domain/blocks.ts';
import type { Clock } from '../domain/clock.ts';
import { isBetter, isSettled, lastSeenOf, presenceFor, standingOf } from '../domain/presence.ts';
import type { Presence as Told } from '../protocol/presence.ts';
import type { Patience } from './connections.ts';
import type { Posting } from './delivery.ts';
import type { PresenceQueue } from './presence-queue.ts';
import type { PresenceSettings } from './settings.ts';
import { together } from './together.ts';

interface Deps {
  heartbeats: Heartbeats;
  presence: Presence;
  inbox: Inbox;
  members: Members;
  posting: Posting;
  queue: PresenceQueue;
  settings: PresenceSettings;
  clock: Clock;
}

/** What made somebody look, and whether an earlier attempt may have died on its way. */
export interface Occasion {
  tenant: string;
  user: string;
  isRetried: boolean;
  /** Of a look that was put off: what was the latest change then. */
  changedAt?: string;
  /** Of a watch: which one it is. */
  watch?: string;
}

/** In larger rooms nobody is told who comes and goes. */
const largestRoom = 256;
const roomsAtOnce = 32;

const patience: Patience = { retries: 0, timeoutMs: 500 };

const anyContact = { user: '', blocked: new Set<string>() };

/** Somebody connects at the very moment at which they are told of as gone; more often, and they come and go all the time. */
const looks = 5;
/** Then they are looked at again so much later. */
const breathMs = 1_000;

/**
 * Finds out whether somebody is there and tells those who share a conversation with them, if it is otherwise than they were told last.
 * What is better is told at once, what is worse once nothing has changed for a while. `shown` is written before anybody is told, only
 * if nothing has changed since the look; so a retry tells what is shown, whether or not it was told before. Three round trips and
 * the posts, which are not repeated.
 */
export const createPresenceTelling = ({
  heartbeats,
  presence,
  inbox,
  members,
  posting,
  queue,
  settings,
  clock,
}: Deps) => {
  const { lives, pauseMs } = settings;

  const membersOf = async (tenant: string, conversationIds: readonly string[]): Promise<Set<string>> => {
    const lists = await pMap(conversationIds, (id) => members.all(tenant, id, { atMost: largestRoom + 1 }), {
      concurrency: roomsAtOnce,
    });
    return new Set(
      lists
        .filter(({ length }) => length <= largestRoom)
        .flat()
        .map(({ userId }) => userId),
    );
  };

  const post = async (tenant: string, to: readonly PresenceFound[], data: Told): Promise<void> => {
    const live = to.filter(({ isShut }) => !isShut).flatMap(({ connections }) => connections);
    const delivery = {
      to: new Set(to.map(({ user }) => user)),
      except: new Set<string>(),
      frame: { event: 'presence.update', data },
    } as const;
    await posting.post(tenant, [delivery], live, patience);
  };

  const tell = async (
    tenant: string,
    state: PresenceFound,
    contacts: ReadonlySet<string>,
    data: Told,
  ): Promise<void> => {
    const others = [...contacts].filter((user) => user !== state.user);
    if (others.length === 0) return;
    const found = await presence.statesOf(tenant, others);
    await post(
      tenant,
      found.filter((one) => !areApart(state, one)),
      data,
    );
  };

  /** The next message that looks after them, in the place of `look.watch` or, without that, of any other. */
  const rearm = async (tenant: string, look: Look, delayMs: number, isSuccessor: boolean): Promise<void> => {
    const { user } = look.state;
    const watch = randomUUID();
    const queued = queue.add({ kind: 'watch', tenant, user, watch }, Math.max(1_000, delayMs));
    if (!isSuccessor) {
      await together([queued, heartbeats.beginWatch(tenant, user, watch)]);
      return;
    }
    // Handed over too early, a watch that fails now would find itself overtaken when it comes back.
    await queued;
    await heartbeats.continueWatch(tenant, look, watch);
  };

  /** @returns false where something changed meanwhile */
  const attempt = async ({ tenant, user, isRetried, changedAt, watch }: Occasion): Promise<boolean> => {
    const isWatch = watch !== undefined;
    const [look, early] = await together([
      heartbeats.lookAt(tenant, user),
      // Most watches find nothing to tell.
      isWatch ? undefined : inbox.conversationIdsOf(tenant, user),
    ]);
    if (isWatch && look.watch !== watch) return true;
    const { state, signs } = look;
    const now = clock.now();
    const { status, until } = standingOf(state, signs, lives, now);
    const contacts = async () => membersOf(tenant, early ?? (await inbox.conversationIdsOf(tenant, user)));
    const goesOn = (delayMs: number) => rearm(tenant, look, delayMs, isWatch);
    const nextLook = (until ?? now.getTime()) - now.getTime();

    if (status === state.shown) {
      if (isRetried && state.shownAt !== undefined)
        await tell(tenant, state, await contacts(), presenceFor(anyContact, state, true, now));
      if ((isWatch || isRetried) && status !== 'offline') await goesOn(nextLook);
      return true;
    }

    const isWorse = isBetter(state.shown, status);
    const isMeant = changedAt !== undefined && changedAt === state.changedAt;
    if (isWorse && !isMeant && !isSettled(state, pauseMs, now)) {
      // Each change looks after itself.
      if (changedAt === undefined)
        await queue.add({ kind: 'look', tenant, user, changedAt: state.changedAt ?? '' }, pauseMs);
      if (isWatch) await goesOn(pauseMs);
      return true;
    }

    const lastSeenAt = status === 'offline' ? lastSeenOf(state, signs, lives) : null;
    // Two that follow each other within a millisecond still do.
    const at = new Date(Math.max(now.getTime(), Date.parse(state.shownAt ?? '') + 1 || 0));
    const showAndTell = async () => {
      const [isShown, people] = await together([presence.show(tenant, state, { status, lastSeenAt, at }), contacts()]);
      if (isShown) await tell(tenant, state, people, { userId: user, status, lastSeenAt, asOf: at.toISOString() });
      return isShown;
    };
    // What has become worse is watched already, unless this was the watch.
    const isWatched = isWorse && !isWatch;
    const [isShown] = await together([showAndTell(), status === 'offline' || isWatched ? undefined : goesOn(nextLook)]);
    return isShown;
  };

  return {
    look: async (occasion: Occasion): Promise<void> => {
      for (let turn = 0; turn < looks; turn += 1) if (await attempt(occasion)) return;
      // Only as itself does it know that something may not have been told.
      if (occasion.isRetried) throw new Error('It changed with every look.');
      const { tenant, user, changedAt = '', watch } = occasion;
      await queue.add(
        watch === undefined ? { kind: 'look', tenant, user, changedAt } : { kind: 'watch', tenant, user, watch },
        breathMs,
      );
    },

    /** Two of whom one has blocked or unblocked the other: each is told what they may know of the other by now. */
    reconsider: async (tenant: string, user: string, other: string): Promise<void> => {
      const now = clock.now();
      const [[one, two], own, theirs] = await together([
        presence.statesOf(tenant, [user, other], { consistent: true }),
        inbox.conversationIdsOf(tenant, user),
        inbox.conversationIdsOf(tenant, other),
      ]);
      if (new Set(own).isDisjointFrom(new Set(theirs))) return;
      const asOf = now.toISOString();
      await together([
        post(tenant, [one], { ...presenceFor(one, two, true, now), asOf }),
        post(tenant, [two], { ...presenceFor(two, one, true, now), asOf }),
      ]);
    },
  };
};
export type PresenceTelling = ReturnType<typeof createPresenceTelling>;
