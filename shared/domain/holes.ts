/**
 * Numbers that were taken but hold no message: the mark of a send that died on its way. Readers close those that are old enough,
 * so that the sequence becomes contiguous again and nobody waits for ever.
 */

/** Long enough for nearly every send that is still alive. One that is slower finds its number closed and takes another. */
export const holeAgeMs = 5_000;

/** A tenant's retention is a number of days, and may have been another one when a message was stored. */
const shortestRetentionMs = 86_400_000;

/** Whether retention cannot have removed anything yet of what was begun then: whatever is missing is a hole. */
export const isWhole = (createdAt: string, now: Date): boolean =>
  now.getTime() - Date.parse(createdAt) < shortestRetentionMs;

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
