/**
 * Whoever posts has read what came before. Where they have said so already, that takes no write: the conversation remembers of its last
 * posters which numbers they took in a row, and whoever has read up to the first of such a streak has read all of it.
 */
import { createHash } from 'node:crypto';
import type { ConversationState, MemberState } from './conversation.ts';
import { ownStateOf } from './own-state.ts';

/** Its first number and its last, with nobody else's between them. `[0, 0]` has not begun. */
export type Streak = readonly [from: number, to: number];

/** By `posterKey`. */
export type Streaks = Readonly<Record<string, Streak>>;

type Remembering = Pick<ConversationState, 'seq' | 'streaks'>;

/** Some 22 bytes each: they share with all else the one kilobyte that a write of the conversation pays for. */
export const mostStreaks = 8;

/** Whoever has not posted for so many numbers makes room for somebody else. */
const idleAfter = 64;

export const notBegun: Streak = [0, 0];

/** As a conversation names a user here: 64 bits of a digest, however long the host's own id is. */
export const posterKey = (user: string): string => createHash('sha256').update(user).digest('base64url').slice(0, 11);

/** Those of a conversation that begins. */
export const firstStreaks = (users: readonly string[]): Streaks =>
  users.length > mostStreaks ? {} : Object.fromEntries(users.map((user) => [posterKey(user), notBegun]));

const streakOf = (streaks: Streaks | null, user: string): Streak | undefined => streaks?.[posterKey(user)];

/** How far somebody has read who had read up to `seq`, what they have posted since included. */
export const readThrough = ({ streaks }: Pick<Remembering, 'streaks'>, user: string, seq: number): number => {
  const [from, to] = streakOf(streaks, user) ?? notBegun;
  return seq >= from - 1 ? Math.max(seq, to) : seq;
};

/** A membership whose watermarks count what its member has posted since they were raised. Not what a write may build upon. */
export const caughtUp = (conversation: Pick<Remembering, 'streaks'>, member: MemberState): MemberState => ({
  ...member,
  lastReadSeq: readThrough(conversation, member.userId, member.lastReadSeq),
  shownReadSeq: readThrough(conversation, member.userId, member.shownReadSeq),
});

/** Whether a post of theirs says anything that is not known without raising their watermarks. Posting makes a mark void that is older. */
export const isNewsOfReading = (conversation: Remembering, sender: MemberState, seq: number): boolean => {
  const { lastReadSeq, shownReadSeq } = caughtUp(conversation, sender);
  const isMarked = ownStateOf(sender).markedUnread && seq > (sender.markedUnreadSeq ?? 0);
  return isMarked || lastReadSeq < seq || shownReadSeq < seq;
};

/** What a post makes of its sender's streak. */
export type StreakStep =
  /** The next number goes on with it. It has to be the conversation's newest still. */
  | 'goes on'
  /** The next number begins another one. It has to be as it was found, so that no other post of theirs is forgotten. */
  | { beginsAfter: number }
  /** There is room to remember the next one. */
  | 'is listed'
  /** Fan-out raises their watermark. */
  | 'stays';

/** @param member as found, which may be a moment ago */
export const streakStep = (
  { seq, streaks, live }: Remembering & Pick<ConversationState, 'live'>,
  member: Pick<MemberState, 'userId' | 'lastReadSeq' | 'shownReadSeq'> | undefined,
): StreakStep => {
  if (!member || !streaks) return 'stays';
  const streak = streakOf(streaks, member.userId);
  // Of a large room nobody knows whose streak is old.
  if (!streak) return live === 'all' && Object.keys(streaks).length < mostStreaks ? 'is listed' : 'stays';
  const [, to] = streak;
  if (to === seq) return 'goes on';
  // Whatever the old one told, they have read on since.
  return Math.min(member.lastReadSeq, member.shownReadSeq) >= seq ? { beginsAfter: to } : 'stays';
};

/** A streak, and whose. */
export interface Poster {
  key: string;
  streak: Streak;
}

/** Streaks whose last number never became a message. */
export const streaksEndingIn = ({ streaks }: Pick<Remembering, 'streaks'>, voids: readonly number[]): Poster[] =>
  Object.entries(streaks ?? {}).flatMap(([key, streak]) => (voids.includes(streak[1]) ? [{ key, streak }] : []));

/** The streak that is given up for that of somebody who posts: the one that ended first, if it is old. */
export const idleStreak = ({ seq, streaks }: Remembering, poster: string): Poster | undefined => {
  if (!streaks || streakOf(streaks, poster) || Object.keys(streaks).length < mostStreaks) return undefined;
  const [oldest] = Object.entries(streaks).sort(([, a], [, b]) => a[1] - b[1]);
  return oldest && oldest[1][1] < seq - idleAfter ? { key: oldest[0], streak: oldest[1] } : undefined;
};
