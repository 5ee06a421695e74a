import { isShortCode } from '../protocol/emoji.ts';
import { Problem } from '../protocol/errors.ts';
import { messageIdOf } from '../protocol/identifiers.ts';
import { namedAtMost, type Reaction, type ReactionChange, type ReactionSummary } from '../protocol/reaction.ts';
import { byteLength } from '../protocol/text.ts';

/** Everybody's reactions to one message, as the table knows them. */
export interface ReactionsState {
  /** The revision of the conversation that brought them into this state. */
  rev: number;
  /** Counts their states; 0 before the first. */
  version: number;
  /** When this state came about. */
  at: string | null;
  /** Who reacted, by emoji; none is empty. */
  users: ReadonlyMap<string, ReadonlySet<string>>;
}

export type ReactionStep = 'added' | 'removed';

/** One step from a state of the reactions to the next. */
export interface ReactionHappening {
  kind: `reaction.${ReactionStep}`;
  seq: number;
  at: string;
  change: ReactionChange;
}

export const noReactions: ReactionsState = { rev: 0, version: 0, at: null, users: new Map() };

/** Of bytes there are about as many as 900 people take whose ids are UUIDs. All of it is written anew with each reaction, and told. */
export const reactionLimit = { distinct: 50, bytes: 32 * 1024 };

/**
 * @param defined the short codes of the tenant
 * @throws Problem `invalid_request` for a short code that is none of them
 */
export const requireKnown = (emoji: string, defined: readonly string[]): void => {
  if (!isShortCode(emoji) || defined.includes(emoji)) return;
  throw new Problem('invalid_request', {
    errors: [{ path: 'emoji', message: 'is not a short code that this tenant has defined' }],
  });
};

/** Whether somebody's reaction is as a step would leave it. */
export const isSo = ({ users }: ReactionsState, step: ReactionStep, { emoji, userId }: Reaction): boolean =>
  (users.get(emoji)?.has(userId) ?? false) === (step === 'added');

/** The next state, which `rev` brings about. @throws Problem `too_many_reactions` */
export const reacted = (
  state: ReactionsState,
  step: ReactionStep,
  { emoji, userId }: Reaction,
  { rev, at }: { rev: number; at: string },
): ReactionsState => {
  const users = new Map(state.users);
  const others = new Set(users.get(emoji));
  if (step === 'added') others.add(userId);
  else others.delete(userId);
  if (others.size > 0) users.set(emoji, others);
  else users.delete(emoji);
  if (step === 'added') requireRoom(users);
  return { rev, version: state.version + 1, at, users };
};

const requireRoom = (users: ReactionsState['users']): void => {
  if (users.size > reactionLimit.distinct) {
    throw new Problem('too_many_reactions', { detail: `At most ${reactionLimit.distinct} different ones.` });
  }
  const all = [...users].map(([emoji, some]) => emoji + [...some].join(''));
  if (byteLength(all.join('')) > reactionLimit.bytes) {
    throw new Problem('too_many_reactions', { detail: `At most ${reactionLimit.bytes} bytes of user ids.` });
  }
};

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The most frequent first. */
export const summaryOf = ({ users }: ReactionsState): ReactionSummary[] =>
  [...users]
    .map(([emoji, some]) => ({ emoji, count: some.size, userIds: [...some].sort(byText).slice(0, namedAtMost) }))
    .sort((a, b) => b.count - a.count || byText(a.emoji, b.emoji));

/** The emoji that somebody has reacted with. */
export const emojiOf = ({ users }: ReactionsState, user: string): string[] =>
  [...users]
    .filter(([, some]) => some.has(user))
    .map(([emoji]) => emoji)
    .sort(byText);

/** Each reaction by itself, by emoji and then by user: an order that stays when others come and go. */
export const listOf = ({ users }: ReactionsState): Reaction[] =>
  [...users]
    .sort(([a], [b]) => byText(a, b))
    .flatMap(([emoji, some]) => [...some].sort(byText).map((userId) => ({ emoji, userId })));

/** Whether a reaction stands after another one in that order. */
export const isAfter = (one: Reaction, other: Reaction): boolean =>
  (byText(one.emoji, other.emoji) || byText(one.userId, other.userId)) > 0;

/** What whoever reacted is answered, and everybody else is told. */
export const changeOf = (
  state: ReactionsState,
  { emoji, userId }: Reaction,
  { conversationId, seq }: { conversationId: string; seq: number },
): ReactionChange => ({
  conversationId,
  messageId: messageIdOf(conversationId, seq),
  rev: state.rev,
  emoji,
  userId,
  version: state.version,
  reactions: summaryOf(state),
});

/** What led from one state to the next; undefined where it is the same. Each next state differs by one reaction. */
export const stepBetween = (
  before: ReactionsState,
  after: ReactionsState,
): (Reaction & { step: ReactionStep }) | undefined => {
  if (after.rev === before.rev) return undefined;
  const missing = (from: ReactionsState, other: ReactionsState) =>
    listOf(from).find(({ emoji, userId }) => !other.users.get(emoji)?.has(userId));
  const added = missing(after, before);
  if (added) return { ...added, step: 'added' };
  const removed = missing(before, after);
  return removed && { ...removed, step: 'removed' };
};
