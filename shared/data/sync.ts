import pMap from 'p-map';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { type ConversationState, type MemberState, ownView } from '../domain/conversation.ts';
import { standingsOf } from '../domain/permissions.ts';
import { caughtUp } from '../domain/posters.ts';
import { audienceOf, ownReceipt, shownReceipt } from '../domain/receipts.ts';
import { asChanged, changedSeqs, isElsewhere, removalIn, sharesOf } from '../domain/sync.ts';
import { cutToFit, type Named } from '../domain/sync-page.ts';
import { firstVisibleSeq, viewpointOf } from '../domain/visibility.ts';
import type { ConversationRemoval } from '../protocol/conversation.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { ShownMessage } from '../protocol/message.ts';
import type { Receipt } from '../protocol/receipts.ts';
import type { SyncPage } from '../protocol/sync.ts';
import type { Position, SyncRequest } from '../protocol/sync-request.ts';
import { createJoined, joinedCursor } from './joined.ts';
import type { Limits } from './limits.ts';
import type { Members } from './members.ts';
import { createMissed } from './missed.ts';
import { createOwnNews, type OwnNews } from './own-news.ts';
import type { Places, Sight } from './places.ts';
import type { Quotes } from './quotes.ts';
import type { Table } from './table.ts';
import type { Threads } from './threads.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
  members: Members;
  threads: Threads;
  quotes: Quotes;
}

const nothing: OwnNews = { hidden: [], threadsRead: [] };

/** What a page reads at most, of all conversations together. */
const atOnce = { messages: 100, changes: 100 };
/** As many as the client has sockets. */
const sideBySide = 50;

/** A conversation of the caller's, where they stand in it, and how much of it this page reads. */
interface Asked {
  conversation: ConversationState;
  member: MemberState;
  receiptsOff: boolean;
  from: Position;
  messages: number;
  changes: number;
}

export const createSync = ({ table, clock, limits, places, members, threads: threadsOf, quotes }: Deps) => {
  const joined = createJoined({ table, clock });
  const ownNews = createOwnNews({ table, clock });
  const missed = createMissed({ table, clock, limits });

  /** Which of them are the caller's, with shares of what a page reads, in their order. */
  const sharedOut = (sights: readonly Sight[], request: SyncRequest): Asked[] => {
    const own = sights.flatMap(({ conversation, member, receiptsOff }, i) => {
      const from = request.conversations[i];
      const isOwn = conversation && !conversation.deletedAt && member && from;
      return isOwn ? [{ conversation, member, receiptsOff, from }] : [];
    });
    const missing = (kind: keyof Position) =>
      own.map(({ conversation, member, from }) =>
        isElsewhere(from, conversation, member) ? 0 : conversation[kind] - from[kind],
      );
    const messages = sharesOf(missing('seq'), atOnce.messages);
    const changes = sharesOf(missing('rev'), atOnce.changes);
    return own.map((one, i) => ({ ...one, messages: messages[i] ?? 0, changes: changes[i] ?? 0 }));
  };

  /** How far the caller has read, and how far the others have read and received, where each of them is told of. */
  const receiptsIn = async (
    { tenant, user }: Caller,
    { conversation, member, receiptsOff }: Asked,
  ): Promise<Receipt[]> => {
    // Not as the conversation shows it: that counts a message of theirs that is still under way, and may come to nothing.
    const own = ownReceipt(caughtUp(conversation, member));
    if (receiptsOff || audienceOf(conversation.memberCount) !== 'members') return [own];
    const others = (await members.all(tenant, conversation.id)).filter((one) => one.userId !== user);
    return [own, ...others.map((one) => shownReceipt(caughtUp(conversation, one)))];
  };

  /** @returns what was missed without its changed messages, a removal, or undefined where this page has no share left for it */
  const read = async (caller: Caller, asked: Asked): Promise<Named | ConversationRemoval | undefined> => {
    const { conversation, member, receiptsOff, from, ...share } = asked;
    const now = clock.now();
    const anew: Named = { conversation: ownView(conversation, member, now), refetch: true };
    if (isElsewhere(from, conversation, member)) return anew;
    const isQuiet = conversation.seq === from.seq && conversation.rev === from.rev;
    if (!isQuiet && share.messages + share.changes === 0) return undefined;
    const place = { caller, conversation, member, standings: standingsOf(caller, member.role), receiptsOff };
    const [messages, changes, receipts] = await Promise.all([
      share.messages > 0 ? missed.messages(place, from, share.messages) : [],
      share.changes > 0 ? missed.changes(place, from.rev, share.changes) : [],
      receiptsIn(caller, asked),
    ]);
    if (changes === 'lost' || messages === 'lost') return anew;
    const removal = (changes.at(-1)?.rev ?? 0) === conversation.rev ? removalIn(changes, caller.user) : undefined;
    if (removal) return { conversationId: conversation.id, ...removal };
    const own = ownView(conversation, asChanged(member, changes), now);
    return { conversation: own, from, messages, changes, changed: new Map(), threads: new Map(), receipts };
  };

  /** What is not theirs is told alike, whether it exists or not, but for what they knew of as members. */
  const removalOf = async (
    { tenant, user }: Caller,
    { conversationId, conversation, member }: Sight,
    { rev }: Position,
  ): Promise<ConversationRemoval> => {
    if (conversation && member) return { conversationId, rev: conversation.rev, reason: 'deleted' };
    const traces = conversation ? await missed.traces(tenant, conversation, rev, atOnce.changes) : [];
    return { conversationId, rev, reason: 'removed', ...removalIn(traces, user) };
  };

  /** The messages of which the changes tell, of all conversations in one round trip. */
  const withChanged = async (caller: Caller, all: readonly Named[]): Promise<Named[]> => {
    const seqsOf = (one: Named) => ('refetch' in one ? [] : changedSeqs(one.changes, one.from));
    const wanted = all.flatMap((one) => seqsOf(one).map((seq) => ({ conversation: one.conversation, seq })));
    const states = await missed.states(caller, wanted);
    return all.map((one) => {
      if ('refetch' in one) return one;
      const own = states.filter((state) => state?.conversationId === one.conversation.id);
      return { ...one, changed: new Map(own.flatMap((state) => (state ? [[state.seq, state]] : []))) };
    });
  };

  /** With the threads of the replies among them, and quotes as the quoted messages are now. One round trip for all; none without any. */
  const upToDate = async (caller: Caller, all: readonly Named[]): Promise<Named[]> => {
    const messages = all.flatMap((one) => ('refetch' in one ? [] : [...one.messages, ...one.changed.values()]));
    const viewpoints = new Map(all.map(({ conversation }) => [conversation.id, viewpointOf(conversation)]));
    const sees = (id: string) => {
      const { conversationId, seq } = placeOfMessage(id);
      const viewpoint = viewpoints.get(conversationId);
      return viewpoint !== undefined && seq >= firstVisibleSeq(viewpoint);
    };
    const [threads, resolved] = await Promise.all([
      threadsOf.summariesBy(
        caller,
        messages.flatMap(({ threadId }) => (threadId !== null && sees(threadId) ? [threadId] : [])),
      ),
      quotes.resolve(caller.tenant, messages, (id) => viewpoints.get(id)),
    ]);
    const byId = new Map(resolved.map((one) => [one.id, { ...one, thread: threads.get(one.id) ?? one.thread }]));
    const now = (message: ShownMessage) => byId.get(message.id) ?? message;
    return all.map((one) => {
      if ('refetch' in one) return one;
      const changed = new Map([...one.changed].map(([seq, message]) => [seq, now(message)]));
      return { ...one, messages: one.messages.map(now), changed, threads };
    });
  };

  return {
    /**
     * One page of what somebody missed. Two round trips, and one more each where older messages changed and where there are quotes or
     * replies in threads; what it costs grows with what was missed, not with what there is.
     * @throws Problem `forbidden` to a deleted user
     */
    page: async (caller: Caller, request: SyncRequest): Promise<SyncPage> => {
      const syncedAt = clock.now().toISOString();
      const ids = request.conversations.map(({ conversationId }) => conversationId);
      const [sights, joining] = await Promise.all([places.sightsOf(caller, ids), joined.since(caller, request)]);

      const asked = sharedOut(sights, request);
      const lost = request.conversations.flatMap((from, i) => {
        const sight = sights[i];
        return sight && !asked.some((one) => one.from === from) ? [{ sight, from }] : [];
      });
      const [found, removals, newcomers, news] = await Promise.all([
        pMap(asked, (one) => read(caller, one), { concurrency: sideBySide }),
        pMap(lost, ({ sight, from }) => removalOf(caller, sight, from), { concurrency: sideBySide }),
        joined.shown(caller, joining?.entries ?? []),
        ownNews.since(
          caller,
          request.since,
          asked.map(({ member }) => member),
        ),
      ]);

      const removed = [...removals, ...found.flatMap((one) => (one && 'reason' in one ? [one] : []))];
      const readable = found.flatMap((one) => (one && !('reason' in one) ? [one] : []));
      const isTooMuch = news === 'too much';
      const named = isTooMuch
        ? readable.map(({ conversation }): Named => ({ conversation, refetch: true }))
        : await upToDate(caller, await withChanged(caller, readable));
      const { hidden, threadsRead } = isTooMuch ? nothing : news;
      const cut = cutToFit({ removed, hidden, threadsRead, named, joined: newcomers });
      const nextCursor = joining ? joinedCursor(caller, joining, newcomers[cut.joined.length]?.id) : null;
      const isAllTold = cut.conversations.length + removed.length === ids.length;
      const hasMore = !isAllTold || nextCursor !== null || cut.conversations.some((one) => one.hasMore);
      return { ...cut, removed, hidden, threadsRead, syncedAt, nextCursor, hasMore };
    },
  };
};
export type Sync = ReturnType<typeof createSync>;
