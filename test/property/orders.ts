/** Whether what was done at once can be explained by some order of it, one after the other. */
import type { Action, Outcome, Room } from './model.ts';
import { isPerhapsStale, isPerhapsTooLate, isPerhapsTooSoon, isPerhapsUnseen, verdictOn } from './verdicts.ts';

export interface Done {
  by: string;
  action: Action;
  outcome: Outcome;
}

/**
 * The states in which a room may be after things were done at once, given the states in which it may have been before. Each was done
 * at one moment, in any order; what was left unknown was done or was not. Empty: no order explains what was answered.
 */
export const possibleAfter = (before: readonly Room[], done: readonly Done[]): Room[] => {
  const found = new Map<string, Room>();
  const visited = new Set<string>();
  const explore = (room: Room, left: readonly Done[]): void => {
    const place = `${left.map((one) => done.indexOf(one)).join()} ${canonical(room)}`;
    if (visited.has(place)) return;
    visited.add(place);
    if (left.length === 0) found.set(canonical(room), room);
    for (const one of left) {
      const others = left.filter((other) => other !== one);
      for (const next of afterOne(room, one)) explore(next, others);
    }
  };
  for (const room of before) explore(room, done);
  return [...found.values()];
};

const afterOne = (room: Room, { by, action, outcome }: Done): Room[] => {
  const verdict = verdictOn(room, by, action);
  if (isPerhapsUnseen(room, by, action) && outcome.code === (action.kind === 'send' ? 'invalid_request' : 'not_found'))
    return [room];
  if (isPerhapsStale(action) && ['ok', 'forbidden', 'not_found'].includes(outcome.code)) return [room];
  if (isPerhapsTooLate(room, action) && outcome.code === 'forbidden') return [room];
  if (isPerhapsTooSoon(room, by, action) && outcome.code === 'rate_limited') return [room];
  if (outcome.code === 'unknown') return 'next' in verdict ? [room, verdict.next] : [room];
  if ('refused' in verdict) return verdict.refused.includes(outcome.code) ? [room] : [];
  if (outcome.code !== 'ok' || !verdict.fits(outcome.answer)) return [];
  return [action.kind === 'send' ? withSaid(verdict.next, by, action, outcome.answer) : verdict.next];
};

/** A repetition is answered with what was said first, whatever has become of it since. */
const withSaid = (
  room: Room,
  sender: string,
  { content, repliesTo }: Extract<Action, { kind: 'send' }>,
  answer: unknown,
): Room => {
  const { seq } = answer as { seq: number };
  const said = { sender, content, version: 1, reactions: {}, isReply: repliesTo !== null };
  return room.said[seq] ? room : { ...room, said: { ...room.said, [seq]: said } };
};

/** Equal states, equal text. */
export const canonical = (room: Room): string =>
  JSON.stringify(room, (_, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
