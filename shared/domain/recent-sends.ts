/**
 * How a repeated send is known for one without an item of its own: docs/decisions/0032-sends-are-remembered-by-their-conversation.md. A conversation remembers
 * which of its newest numbers belong to which sends, and a sender says which message was the newest that they knew when they first sent
 * theirs. What is older is not theirs, and what is newer is remembered still, or among the few messages that `forgottenAfter` names.
 */
import { greatestSequence } from '../protocol/identifiers.ts';
import type { Draft } from '../protocol/message.ts';
import { shortDigest } from './short-digest.ts';

/** By `sendKey`, the number that a send took. */
export type RecentSends = Readonly<Record<string, number>>;

interface Remembering {
  seq: number;
  /** Null in a conversation that was founded before that was remembered. */
  recentSends: RecentSends | null;
}

/** For so many numbers a send is remembered. Some ten bytes each: META, which each send writes, stays within a write unit. */
export const rememberedNumbers = 16;

/**
 * As a conversation names a send: 36 bits, however long the ids of its sender and of the client are. Two may come to bear the same name:
 * whoever finds a number by it looks whether its message is theirs.
 */
export const sendKey = (sender: string, clientMessageId: string): string =>
  shortDigest(JSON.stringify([sender, clientMessageId]), 6);

/**
 * Whether each attempt of this send that took a number here is remembered.
 * @param after the newest message that its sender knew
 */
export const remembers = ({ seq, recentSends }: Remembering, after: Draft['afterSeq']): after is number =>
  recentSends !== null && after !== undefined && after <= seq && seq <= after + rememberedNumbers;

/** The number that an attempt of this send took. One that its sender knew of before has another message under the same id. */
export const rememberedNumber = (
  { recentSends }: Pick<Remembering, 'recentSends'>,
  key: string,
  after: number,
): number | undefined => {
  const seq = recentSends?.[key];
  return seq !== undefined && seq > after ? seq : undefined;
};

/** The sends that need not be remembered once the next number is taken. */
export const forgettable = ({ seq, recentSends }: Remembering): string[] =>
  Object.entries(recentSends ?? {}).flatMap(([key, number]) => (number <= seq + 1 - rememberedNumbers ? [key] : []));

/** The first and the last number that attempts of a send can have taken while the conversation remembered it. */
export const possibleAfter = (after: number): [first: number, last: number] => [
  Math.min(after + 1, greatestSequence),
  Math.min(after + 1 + rememberedNumbers, greatestSequence),
];

/** Those of them that it remembers no longer. */
export const forgottenAfter = ({ seq, recentSends }: Remembering, after: number): number[] => {
  const [first, last] = possibleAfter(after);
  const count = recentSends === null ? 0 : Math.min(last, seq - rememberedNumbers) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => first + i);
};
