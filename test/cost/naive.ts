/**
 * What the same would cost done as one does it first: each event posted to each recipient by itself, an item written for each of them,
 * and each receipt told to each member one by one. Reckoned with the same prices; no such code exists.
 */
import { sumOf, type Usage } from './bill.ts';

/** One short invocation at 512 MB. */
const invocation = (ms: number): Usage => ({ lambdaRequest: 1, lambdaGbSecond: (ms / 1_000) * 0.5 });

/** A message to so many, all of them there: stored, put into the inbox of each, and posted to each. */
export const naiveMessage = (recipients: number): Usage =>
  sumOf([
    // The frame, its answer, and the posts.
    { webSocketMessage: 2 + recipients },
    invocation(40),
    // Message and number; whose inbox it is in, and how much of it is unread.
    { writeUnit: 2 + recipients },
    // Who is a member, and the connections of each by themselves.
    { readUnit: 1 + recipients },
    // Whoever fans it out is called by the stream.
    invocation(20 + 5 * recipients),
  ]);

/** Each recipient says once that they have received it and once that they have read it, and every other member hears of both. */
export const naiveReceipts = (recipients: number): Usage => {
  const raises = 2 * recipients;
  return sumOf([
    // The frame, its answer, and a post to each of the others.
    { webSocketMessage: raises * (2 + recipients), writeUnit: raises, readUnit: raises * (1 + recipients) },
    ...Array.from({ length: raises }, () => invocation(20 + 5 * recipients)),
  ]);
};
