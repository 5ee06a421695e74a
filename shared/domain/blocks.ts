import { Problem } from '../protocol/errors.ts';

/** Kept on an item that every fan-out reads, so not without end. */
export const blocksLimit = 500;

/** Whom a user has blocked, as far as it matters between people. */
export interface Blocking {
  user: string;
  blocked: ReadonlySet<string>;
}

/** Whether one of the two has blocked the other; which of them makes no difference to anything. */
export const areApart = (one: Blocking, other: Blocking): boolean =>
  one.blocked.has(other.user) || other.blocked.has(one.user);

/** Says nothing of who blocked whom. */
export const blockedPair = (): Problem => new Problem('forbidden', { detail: 'No messages pass between these two.' });
