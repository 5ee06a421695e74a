/** What becomes of what is said, and of what is done to it. */
import type { Receipt } from '../../shared/protocol/receipts.ts';
import { type Action, type References, type Room, spelled } from './model.ts';
import { always, holds, refused, type Verdict } from './verdict.ts';

export const verdictOnSend = (
  room: Room,
  by: string,
  { quotes, repliesTo, attempt }: References & { attempt: number },
): Verdict => {
  const isThere = (seq: number | null) => seq === null || room.said[seq] !== undefined;
  const isRoot = repliesTo === null || room.said[repliesTo]?.isReply === false;
  if (!isThere(quotes) || !isRoot) return refused('invalid_request');
  // What an earlier attempt has begun comes to its end.
  if (room.blockedBy.length > 0 && attempt === 1) return refused('forbidden');
  return { next: room, fits: isAnswerToSend(room, by) };
};

/** Which number it gets is known from the answer alone, so `orders.ts` adds it to the room. */
const isAnswerToSend = (room: Room, by: string) => (answer: unknown) => {
  const before = room.said[(answer as { seq: number }).seq];
  return before === undefined || before.sender === by;
};

/** Whatever else raised it: how far it came in the end is for `marks.ts` to say. */
export const isAnswerToMark =
  (by: string, { what, seq = 0 }: Extract<Action, { kind: 'mark' }>) =>
  (answer: unknown) => {
    const { userId, lastReadSeq, lastDeliveredSeq } = answer as Receipt;
    return userId === by && (what === 'read' ? lastReadSeq : lastDeliveredSeq) >= seq;
  };

export const verdictOnMessage = (
  room: Room,
  by: string,
  action: Extract<Action, { kind: 'edit' | 'delete' }>,
  isMember: boolean,
  isPoster: boolean,
  isDeleter: boolean,
): Verdict => {
  const said = room.said[action.seq];
  if (!said) return refused('not_found');
  const changed = (content: string | null): Verdict => {
    const next = said.content === content ? said : { ...said, content, version: said.version + 1 };
    return {
      next: { ...room, said: { ...room.said, [action.seq]: next } },
      fits: holds({ content, version: next.version }),
    };
  };
  if (action.kind === 'edit' && room.blockedBy.length > 0) return refused('forbidden');
  if (action.kind === 'delete')
    return (isMember && said.sender === by) || isDeleter ? changed(null) : refused('forbidden');
  if (!isMember || !isPoster || said.sender !== by) return refused('forbidden');
  if (said.content === null) return refused('message_deleted');
  if (action.expectedVersion !== undefined && action.expectedVersion !== said.version)
    return refused('version_conflict');
  return changed(action.content);
};

export const verdictOnReaction = (
  room: Room,
  by: string,
  { kind, seq, emoji }: Extract<Action, { kind: 'react' | 'unreact' }>,
  isMember: boolean,
): Verdict => {
  const said = room.said[seq];
  if (!said || room.hidden[by]?.includes(seq)) return refused('not_found');
  if (!isMember || (kind === 'react' && room.blockedBy.length > 0)) return refused('forbidden');
  if (said.content === null) return refused('message_deleted');
  const name = spelled(emoji);
  const { [name]: before = [], ...others } = said.reactions;
  const rest = before.filter((user) => user !== by);
  const users = kind === 'react' ? [...rest, by].sort() : rest;
  const reactions = users.length > 0 ? { ...others, [name]: users } : others;
  return {
    next: { ...room, said: { ...room.said, [seq]: { ...said, reactions } } },
    fits: (answer) => {
      const told = (answer as { reactions: { emoji: string; count: number; userIds: string[] }[] }).reactions;
      const isCounted = told.every(({ count, userIds }) => count === userIds.length);
      return isCounted && sameReactions(Object.fromEntries(told.map((one) => [one.emoji, one.userIds])), reactions);
    },
  };
};

const sameReactions = (one: Record<string, string[]>, other: Record<string, string[]>): boolean =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

const inOrder = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);

export const verdictOnHiding = (room: Room, by: string, seq: number, isMember: boolean): Verdict => {
  if (!room.said[seq]) return refused('not_found');
  if (!isMember) return refused('forbidden');
  return {
    next: { ...room, hidden: { ...room.hidden, [by]: inOrder([...(room.hidden[by] ?? []), seq]) } },
    fits: always,
  };
};

export const verdictOnPin = (
  room: Room,
  { kind, seq }: { kind: 'pin' | 'unpin'; seq: number },
  isPinner: boolean,
): Verdict => {
  const said = room.said[seq];
  if (!said) return refused('not_found');
  if (!isPinner) return refused('forbidden');
  if (kind === 'unpin') return { next: { ...room, pins: room.pins.filter((one) => one !== seq) }, fits: always };
  if (said.content === null) return refused('message_deleted');
  return {
    next: { ...room, pins: inOrder([...room.pins, seq]) },
    fits: (answer) => (answer as { message: { seq: number } }).message.seq === seq,
  };
};
