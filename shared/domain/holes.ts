/**
 * Numbers that were taken but hold no message: the mark of a send that died on its way. Readers close those that are old enough,
 * so that the sequence becomes contiguous again and nobody waits for ever.
 */

import type { ConversationState } from './conversation.ts';
import { hasExpired, type Kept } from './visibility.ts';

/** Long enough for nearly every send that is still alive. One that is slower finds its number closed and takes another. */
export const holeAgeMs = 5_000;

/** A retention is a number of days, and may have been another one when a message was stored. */
const shortestRetentionMs = 86_400_000;

/** Whether retention cannot have removed anything yet of what was begun then: whatever is missing is a hole. */
export const isWhole = (createdAt: string, now: Date): boolean =>
  now.getTime() - Date.parse(createdAt) < shortestRetentionMs;

/**
 * The number from which on whatever is missing is a hole; infinite where nothing tells. Below it retention may have removed messages:
 * no void may take their place. What was stored since retention last changed is removed in its order; of what is older, some may have
 * been kept longer.
 * @param found what a consistent read of a stretch found, in any order
 */
export const unbrokenFrom = (
  conversation: Pick<ConversationState, 'createdAt' | 'settings' | 'retentionChangedAt'>,
  found: readonly Kept[],
  now: Date,
): number => {
  if (isWhole(conversation.createdAt, now)) return 1;
  const since = conversation.retentionChangedAt ?? '';
  const kept = found.filter((one) => one.createdAt >= since && !hasExpired(conversation, one, now));
  return Math.min(...kept.map(({ seq }) => seq));
};

interface Seen {
  seq: number;
  createdAt: string;
}

/** A number without a message, and when it was known to be taken: before the next number was, if not much. */
export interface Hole {
  seq: number;
  takenAt: string;
}

/**
 * Which numbers of a stretch are holes that may be closed now, lowest first.
 * @param stretch what a consistent read of the numbers `from`…`to` (inclusive) found, in any order
 * @param takenAt when `to` was known to be taken: a hole at the end is as old as that
 */
export const closableHoles = (
  stretch: readonly Seen[],
  from: number,
  to: number,
  takenAt: string,
  now: Date,
): Hole[] => {
  const oldEnough = (at: string) => now.getTime() - Date.parse(at) >= holeAgeMs;
  const bySeq = new Map(stretch.map((one) => [one.seq, one]));
  const holes: Hole[] = [];
  let laterTakenAt = takenAt;
  for (let seq = to; seq >= from; seq -= 1) {
    const present = bySeq.get(seq);
    if (present) laterTakenAt = present.createdAt;
    else if (oldEnough(laterTakenAt)) holes.push({ seq, takenAt: laterTakenAt });
  }
  return holes.reverse();
};
