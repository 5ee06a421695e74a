/** One start is passed on in so many milliseconds, for each user and conversation. */
export const relayPauseMs = 3_000;

/** Others stop showing it then, by themselves. */
const lastsMs = 5_000;

/** In a larger room somebody types all the time. */
export const largestTypingRoom = 256;

/** @param at when it was passed on */
export const typingEnds = (at: Date): string => new Date(at.getTime() + lastsMs).toISOString();
