import { describe, expect, it } from 'vitest';
import { type ConversationState, newMember } from '../../../shared/domain/conversation.ts';
import {
  caughtUp,
  firstPosters,
  idlePoster,
  isNewsOfReading,
  mostPosters,
  posterKey,
  posterStep,
  postersOf,
} from '../../../shared/domain/posters.ts';

const conversation = (seq: number, posters: Record<string, number> | null, live: 'all' | 'subscribed' = 'all') => ({
  seq,
  live,
  posters: posters && Object.fromEntries(Object.entries(posters).map(([user, one]) => [posterKey(user), one])),
});

/** Ada, as somebody who has read so far, and shows it. */
const reader = (read: number, shown = read) => ({
  ...newMember({ id: 'g-1', seq: 0, rev: 0 } as ConversationState, 'ada', 'member', new Date(0)),
  lastReadSeq: read,
  shownReadSeq: shown,
});

const full = (seqOf: (i: number) => number) =>
  Object.fromEntries(Array.from({ length: mostPosters }, (_, i) => [`user-${i}`, seqOf(i)]));

describe('who has posted', () => {
  it('has read what came before', () => {
    expect(caughtUp(conversation(9, { ada: 9 }), reader(4, 2))).toMatchObject({ lastReadSeq: 9, shownReadSeq: 9 });
  });

  it('has read no less than what they said since', () => {
    expect(caughtUp(conversation(9, { ada: 7 }), reader(8))).toMatchObject({ lastReadSeq: 8, shownReadSeq: 8 });
    expect(caughtUp(conversation(9, null), reader(8))).toMatchObject({ lastReadSeq: 8 });
  });

  it('is not taken for somebody else', () => {
    expect(caughtUp(conversation(9, { bob: 9 }), reader(4))).toMatchObject({ lastReadSeq: 4 });
  });
});

describe('a post tells what is not known', () => {
  it('of whoever is not remembered with it', () => {
    expect(isNewsOfReading(conversation(9, { ada: 9 }), reader(8), 9)).toBe(false);
    expect(isNewsOfReading(conversation(9, { ada: 9 }), reader(4), 8)).toBe(false);
    expect(isNewsOfReading(conversation(9, { ada: 7 }), reader(8), 9)).toBe(true);
    expect(isNewsOfReading(conversation(9, {}), reader(8), 9)).toBe(true);
  });

  it('where they had marked it unread before, and not where they have since', () => {
    const marked = (markedUnreadSeq: number) => ({ ...reader(8), markedUnreadSeq });
    expect(isNewsOfReading(conversation(9, { ada: 9 }), marked(8), 9)).toBe(true);
    expect(isNewsOfReading(conversation(9, { ada: 9 }), marked(9), 9)).toBe(false);
  });
});

describe('the next number is remembered', () => {
  it('of who has read and shown everything', () => {
    expect(posterStep(conversation(9, { ada: 7 }), reader(9))).toEqual({ kind: 'raised', read: 9 });
    expect(posterStep(conversation(9, { bob: 9 }), reader(9))).toEqual({ kind: 'listed', read: 9 });
  });

  it('of who posted last, whatever they said', () => {
    expect(posterStep(conversation(7, { ada: 7 }), reader(2))).toEqual({ kind: 'raised', read: 2 });
    expect(posterStep(conversation(0, { ada: 0 }), reader(0))).toEqual({ kind: 'raised', read: 0 });
  });

  it('of nobody who has not, so that it is seen when they did', () => {
    expect(posterStep(conversation(9, { ada: 7 }), reader(8))).toBeUndefined();
    expect(posterStep(conversation(9, { ada: 7 }), reader(9, 8))).toBeUndefined();
    expect(posterStep(conversation(9, {}), reader(8))).toBeUndefined();
  });

  it('of members, while there is room, in a conversation that all hear of', () => {
    expect(
      posterStep(
        conversation(
          9,
          full(() => 0),
        ),
        reader(9),
      ),
    ).toBeUndefined();
    expect(posterStep(conversation(9, {}), undefined)).toBeUndefined();
    expect(posterStep(conversation(9, {}, 'subscribed'), reader(9))).toBeUndefined();
    expect(posterStep(conversation(9, null), reader(9))).toBeUndefined();
  });
});

describe('who is forgotten for somebody new', () => {
  it('is who has not posted for longest, if that is long ago', () => {
    const posters = full((i) => 10 + i);
    expect(idlePoster(conversation(100, posters), 'ada')).toEqual({ key: posterKey('user-0'), seq: 10 });
    expect(idlePoster(conversation(70, posters), 'ada')).toBeUndefined();
  });

  it('is nobody while there is room, or for who is listed', () => {
    expect(idlePoster(conversation(100, { bob: 10 }), 'ada')).toBeUndefined();
    expect(
      idlePoster(
        conversation(
          100,
          full((i) => 10 + i),
        ),
        'user-3',
      ),
    ).toBeUndefined();
  });
});

it('finds whose number came to nothing', () => {
  expect(postersOf(conversation(9, { ada: 7, bob: 9 }), [9])).toEqual([{ key: posterKey('bob'), seq: 9 }]);
  expect(postersOf(conversation(9, null), [9])).toEqual([]);
});

it('lists those who found a conversation, where they are few', () => {
  expect(firstPosters(['ada', 'constructor'])).toEqual({ [posterKey('ada')]: 0, [posterKey('constructor')]: 0 });
  expect(firstPosters(Array.from({ length: mostPosters + 1 }, (_, i) => `user-${i}`))).toEqual({});
});
