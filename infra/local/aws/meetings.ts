/** Calls that wait for each other, so that what happens at once is not left to chance. */
import type { Fault } from '../ports.ts';

type Meeting = Extract<Fault, { kind: 'meeting' }>;

/** @returns settles when the meeting's calls are all there, or its time is over */
export const createMeetings = () => {
  const waiting = new WeakMap<Meeting, (() => void)[]>();
  return (meeting: Meeting): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const all = [...(waiting.get(meeting) ?? []), resolve];
    const isFull = all.length >= meeting.calls;
    waiting.set(meeting, isFull ? [] : all);
    if (isFull) for (const go of all) go();
    else setTimeout(resolve, meeting.ms).unref();
    return promise;
  };
};
