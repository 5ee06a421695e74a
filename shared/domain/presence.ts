/** Whether somebody is there: from the signs of life of their connections to what others are told of it. */
import type { HeartbeatStatus, Presence, PresencePrivacy, PresenceStatus } from '../protocol/presence.ts';
import { areApart, type Blocking } from './blocks.ts';

/** A connection's last heartbeat. One that has sent none yet gave its sign when it came, as online. */
export interface Sign {
  at: string;
  status: HeartbeatStatus;
}

/** For how long a sign of life counts, in milliseconds. */
export type Lives = Record<HeartbeatStatus, number>;

/** A user's connections, and what others know of them. */
export interface PresenceState extends Blocking {
  connections: readonly { id: string; connectedAt: string; expiresAt: number }[];
  /** Deleted by the host. */
  isShut: boolean;
  privacy: PresencePrivacy;
  /** When a connection last came. */
  cameAt: string | undefined;
  /** When one last left with a `$disconnect`, which for one that vanished may be ten minutes late. */
  leftAt: string | undefined;
  /** When any of this last changed, but for what is shown. */
  changedAt: string | undefined;
  /** What others were last told, and when. */
  shown: PresenceStatus;
  shownAt: string | undefined;
  lastSeenAt: string | null;
}

/** By connection id. */
export type Signs = ReadonlyMap<string, Sign>;

export interface Standing {
  status: PresenceStatus;
  /** Until when it stands without a further sign, in milliseconds since 1970; undefined for offline. */
  until: number | undefined;
}

const rank: Record<PresenceStatus, number> = { offline: 0, away: 1, online: 2 };

export const isBetter = (one: PresenceStatus, other: PresenceStatus): boolean => rank[one] > rank[other];

/** Until when a sign counts, in milliseconds since 1970. */
export const countsUntil = ({ at, status }: Sign, lives: Lives): number => Date.parse(at) + lives[status];

/** What is so at this moment, over all devices. Whoever hides it is offline, to everybody and all the time. */
export const standingOf = (state: PresenceState, signs: Signs, lives: Lives, now: Date): Standing => {
  const offline = { status: 'offline', until: undefined } as const;
  if (isHidden(state)) return offline;
  const alive = state.connections.flatMap(({ id, connectedAt, expiresAt }) => {
    const sign = signs.get(id) ?? { at: connectedAt, status: 'online' };
    const until = Math.min(countsUntil(sign, lives), expiresAt * 1000);
    return until > now.getTime() ? [{ status: sign.status, until }] : [];
  });
  const best = alive.filter(({ status }) => status === 'online' || alive.every((one) => one.status === 'away'));
  const [first] = best;
  return first ? { status: first.status, until: Math.max(...best.map(({ until }) => until)) } : offline;
};

/**
 * The last sign of life, of who does not hide it. Leaving is one, unless the connection had been silent before: the gateway takes its time to notice that
 * somebody has vanished.
 */
export const lastSeenOf = (state: PresenceState, signs: Signs, lives: Lives): string | null => {
  if (isHidden(state)) return null;
  const { cameAt, leftAt } = state;
  const signed = [cameAt ?? '', ...[...signs.values()].map(({ at }) => at)].sort().at(-1) ?? '';
  const leftInTime = leftAt !== undefined && Date.parse(leftAt) - Date.parse(signed) <= lives.online;
  return leftInTime && leftAt > signed ? leftAt : signed || null;
};

/** Whoever loses a connection may be back in a moment: what became worse is believed once nothing has changed for a while. */
export const isSettled = ({ changedAt }: PresenceState, pauseMs: number, now: Date): boolean =>
  changedAt === undefined || now.getTime() - Date.parse(changedAt) >= pauseMs;

const isHidden = ({ isShut, privacy }: PresenceState): boolean => isShut || privacy === 'nobody';

/**
 * What somebody may know of somebody else.
 * @param areContacts whether they share a conversation
 */
export const presenceFor = (viewer: Blocking, of: PresenceState, areContacts: boolean, now: Date): Presence => {
  const mayKnow = !isHidden(of) && !areApart(viewer, of) && (areContacts || of.privacy === 'everyone');
  const { user: userId, shown: status, lastSeenAt, shownAt } = of;
  // What is hidden has no history either: it is as old as the question.
  return mayKnow || viewer.user === userId
    ? { userId, status, lastSeenAt: status === 'offline' ? lastSeenAt : null, asOf: shownAt ?? now.toISOString() }
    : { userId, status: 'offline', lastSeenAt: null, asOf: now.toISOString() };
};
