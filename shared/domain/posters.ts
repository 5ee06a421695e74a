/**
 * Whoever posts has read what came before. Where they have said so already, that takes no write of its own: the conversation remembers of
 * its last posters up to which number they have read by posting.
 */
import type { ConversationState, MemberState } from './conversation.ts';
import { ownStateOf } from './own-state.ts';
import { shortDigest } from './short-digest.ts';

/** By `posterKey`, the last number that somebody took who had read all that came before it, and showed it. */
export type Posters = Readonly<Record<string, number>>;

type Remembering = Pick<ConversationState, 'seq' | 'posters'>;

/** Some 16 bytes each: they share with all else the one kilobyte that a write of the conversation pays for. */
export const mostPosters = 10;

/** Whoever has not posted for so many numbers makes room for somebody else. */
const idleAfter = 64;

/** As a conversation names a user here, however long the host's own id is: 48 bits, so that no two of the few posters are ever the same. */
export const posterKey = (user: string): string => shortDigest(user, 8);

/** Those of a conversation that begins. */
export const firstPosters = (users: readonly string[]): Posters =>
  users.length > mostPosters ? {} : Object.fromEntries(users.map((user) => [posterKey(user), 0]));

/** How far somebody has read who said that they have read up to `seq`. */
export const readThrough = ({ posters }: Pick<Remembering, 'posters'>, user: string, seq: number): number =>
  Math.max(seq, posters?.[posterKey(user)] ?? 0);

/** A membership whose watermarks count what its member has posted since they were raised. Not what a write may build upon. */
export const caughtUp = (conversation: Pick<Remembering, 'posters'>, member: MemberState): MemberState => ({
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

/**
 * How the next number is remembered of who takes it: `listed` beside the others, or `raised` where they are listed already. Either holds
 * only if they have read everything up to then by what they said, or by their own last post. Undefined where that cannot be; then fan-out
 * raises their watermark.
 */
export type PosterStep = { kind: 'listed' | 'raised'; read: number };

/** @param member as found, which may be a moment ago */
export const posterStep = (
  { seq, posters, live }: Remembering & Pick<ConversationState, 'live'>,
  member: Pick<MemberState, 'userId' | 'lastReadSeq' | 'shownReadSeq'> | undefined,
): PosterStep | undefined => {
  // Of a large room nobody reads who all its members are.
  if (!member || !posters || live === 'subscribed') return undefined;
  const read = Math.min(member.lastReadSeq, member.shownReadSeq);
  const posted = posters[posterKey(member.userId)];
  if (Math.max(read, posted ?? 0) < seq) return undefined;
  if (posted !== undefined) return { kind: 'raised', read };
  return Object.keys(posters).length < mostPosters ? { kind: 'listed', read } : undefined;
};

/** One of the posters, and the number that is remembered of them. */
export interface Poster {
  key: string;
  seq: number;
}

/** Those of whom one of these numbers is remembered. */
export const postersOf = ({ posters }: Pick<Remembering, 'posters'>, seqs: readonly number[]): Poster[] =>
  Object.entries(posters ?? {}).flatMap(([key, seq]) => (seqs.includes(seq) ? [{ key, seq }] : []));

/** Who is forgotten for somebody who posts and is not listed: the one who has not posted for longest, if that is long ago. */
export const idlePoster = ({ seq, posters }: Remembering, user: string): Poster | undefined => {
  if (!posters || posters[posterKey(user)] !== undefined || Object.keys(posters).length < mostPosters) return undefined;
  const [oldest] = Object.entries(posters).sort(([, a], [, b]) => a - b);
  return oldest && oldest[1] < seq - idleAfter ? { key: oldest[0], seq: oldest[1] } : undefined;
};
