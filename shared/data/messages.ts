import { blockedPair } from '../domain/blocks.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { ConversationState } from '../domain/conversation.ts';
import { namesIn } from '../domain/mentions.ts';
import { edited, placeNamed, previewOf, tombstoned, versionOf } from '../domain/message.ts';
import { may, postingIn, requirePermission, type Standing } from '../domain/permissions.ts';
import { firstVisibleSeq, quotedFrom } from '../domain/visibility.ts';
import { Problem } from '../protocol/errors.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Edit, Message, ShownMessage } from '../protocol/message.ts';
import { freshly, nextRev, revise } from './changes.ts';
import { messageItem, storedPreview, versionItem } from './items.ts';
import { hideKey, type Key, messageKey, threadKey } from './keys.ts';
import type { Limits } from './limits.ts';
import { candidateKeys, mentionsAmong } from './named-members.ts';
import type { Place, Places } from './places.ts';
import type { Quotes } from './quotes.ts';
import { uncounted } from './replies.ts';
import { besideKeys, besideOf, shown } from './shown-messages.ts';
import { type Item, type Table, type Write, writeTogether } from './table.ts';
import { requireMessage } from './visible-message.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
  quotes: Quotes;
}

interface FoundMessage {
  place: Place;
  message: Message;
}

/** What a change is decided on, read afresh. */
interface Found {
  conversation: ConversationState;
  /** The caller's. */
  standings: Standing[];
  now: Date;
  /** What else was asked for. */
  others: (Item | undefined)[];
}

const nothing: typeof besideKeys = () => [];

export const createMessages = ({ table, clock, limits, places, quotes }: Deps) => {
  /**
   * The message takes its new state, what it was is filed, the conversation takes a revision, the inbox the new preview, and a
   * thread has one reply less, together or not at all.
   */
  const change = (
    { caller, conversation: { id } }: Place,
    { seq, threadId }: Message,
    kind: 'message.updated' | 'message.deleted',
    decide: (message: Message, found: Found) => Message | undefined,
    more: readonly Key[] = [],
  ): Promise<Message> =>
    writeTogether(table, async () => {
      const { tenant } = caller;
      const isReply = kind === 'message.deleted' && threadId !== null;
      const threads = isReply ? [threadKey(tenant, id, placeOfMessage(threadId).seq)] : [];
      const found = await freshly(table, caller, id, [messageKey(tenant, id, seq), ...threads, ...more]);
      const { conversation, member, standings, items } = found;
      if (!may(standings, 'conversation.read')) throw new Problem('not_found');
      // An edit says something new; what is taken back says less.
      if (found.isBlocked && kind === 'message.updated') throw blockedPair();
      const [item, ...others] = items;
      const now = clock.now();
      const message = requireMessage({ conversation, member }, item, now);
      const decided = decide(message, { conversation, standings, now, others: others.slice(threads.length) });
      if (!decided) return { writes: [], result: message };
      const changed = { ...decided, rev: nextRev(conversation) };
      const { message: next, writes: recount } = isReply
        ? uncounted(table, tenant, changed, others[0])
        : { message: changed, writes: [] };
      const isNewest = conversation.lastMessage?.seq === seq;
      const expiresAt = Number(item?.expiresAt);
      const write: Write = {
        Put: {
          TableName: table.name,
          Item: messageItem(tenant, next, expiresAt, { traceparent: caller.traceparent }),
          ConditionExpression: '#version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': message.version },
        },
      };
      const filed: Write = {
        Put: { TableName: table.name, Item: versionItem(tenant, message, versionOf(message), expiresAt) },
      };
      const revision = revise(table, {
        tenant,
        conversation,
        changes: [{ kind, at: now.toISOString(), by: caller.user, seq }],
        expiresAt: limits.expiryOf(tenant, now),
        ...(isNewest ? { set: { lastMessage: storedPreview(previewOf(next)) }, where: { lastMessageSeq: seq } } : {}),
      });
      return { writes: [write, filed, ...revision, ...recount], result: next };
    });

  /**
   * @param conversationId where a nested route names it; both have to agree
   * @param keysBeside what to read along with the message
   */
  const read = async (
    caller: Caller,
    messageId: string,
    conversationId?: string,
    keysBeside: typeof besideKeys = nothing,
  ) => {
    const { conversationId: id, seq } = placeNamed(messageId, conversationId);
    const more = [messageKey(caller.tenant, id, seq), ...keysBeside(caller, id, seq)];
    const { place, rest } = await places.placeWith(caller, id, { more });
    const [item, ...others] = rest;
    return { place, message: requireMessage(place, item, clock.now()), others };
  };

  const readSeen = async (
    caller: Caller,
    messageId: string,
    conversationId?: string,
    keysBeside: typeof besideKeys = nothing,
  ) => {
    const withHide: typeof besideKeys = ({ tenant, user }, id, seq) => [
      hideKey(tenant, user, id, seq),
      ...keysBeside({ tenant, user }, id, seq),
    ];
    const { place, message, others } = await read(caller, messageId, conversationId, withHide);
    const [hide, ...beside] = others;
    if (hide) throw new Problem('not_found');
    return { place, message, beside };
  };

  /** @throws Problem as `edited` has it, and `forbidden` where the caller may not post any more */
  const applied = (
    message: Message,
    edit: Edit,
    caller: Caller,
    {
      conversation,
      standings,
      now,
      mentions = [],
    }: Pick<Found, 'conversation' | 'standings' | 'now'> & { mentions?: readonly string[] },
  ): Message | undefined => {
    requirePermission(standings, 'message.editOwn');
    requirePermission(standings, postingIn(conversation.settings));
    const window = limits.of(caller.tenant).editWindowMinutes;
    return edited(message, edit, caller, now, { window, mentions });
  };

  return {
    /**
     * A message and the caller's place around it, whether or not they have deleted it for themselves.
     * @throws Problem `not_found` also for a void, and for what retention has removed
     */
    find: async (caller: Caller, messageId: string, conversationId?: string): Promise<FoundMessage> => {
      const { place, message } = await read(caller, messageId, conversationId);
      return { place, message };
    },

    /** As `find`, but `not_found` also for what the caller has deleted for themselves. */
    see: async (caller: Caller, messageId: string, conversationId?: string): Promise<FoundMessage> => {
      const { place, message } = await readSeen(caller, messageId, conversationId);
      return { place, message };
    },

    /** As `see`, with all that is shown of it. One round trip, and one more if it quotes another. */
    get: async (caller: Caller, messageId: string, conversationId?: string): Promise<ShownMessage> => {
      const { place, message, beside } = await readSeen(caller, messageId, conversationId, besideKeys);
      const [resolved = message] = await quotes.resolve(caller.tenant, [message], () => place);
      return shown(resolved, caller.user, besideOf(beside));
    },

    /**
     * Safe to repeat: an edit that changes nothing makes no new version.
     * @param screen is asked about what an edit that may be made would make of the message, and says what to make of it instead
     */
    edit: async (
      caller: Caller,
      messageId: string,
      asked: Edit,
      {
        conversationId,
        screen,
      }: {
        conversationId?: string | undefined;
        screen?: ((place: Place, next: Message) => Promise<Omit<Edit, 'expectedVersion'>>) | undefined;
      } = {},
    ): Promise<Message> => {
      const { place, message } = await read(caller, messageId, conversationId);
      // Not of the version it expects: repeated, it may have become what the screen made of it.
      const { expectedVersion: _, ...unconditional } = asked;
      const next = screen && applied(message, unconditional, caller, { ...place, now: clock.now() });
      const edit = next ? { ...asked, ...(await screen?.(place, next)) } : asked;
      const names = namesIn({ content: edit.content, contentType: edit.contentType ?? message.contentType });
      const changed = await change(
        place,
        message,
        'message.updated',
        (current, { others, ...found }) =>
          applied(current, edit, caller, { ...found, mentions: mentionsAmong(names, others) }),
        candidateKeys(caller.tenant, place.conversation.id, names),
      );
      return quotedFrom(firstVisibleSeq(place), changed);
    },

    /** Leaves a tombstone. Safe to repeat. */
    remove: async (caller: Caller, messageId: string, conversationId?: string): Promise<Message> => {
      const { place, message } = await read(caller, messageId, conversationId);
      return change(place, message, 'message.deleted', (current, { standings, now }) =>
        tombstoned(current, caller, standings, now, limits.of(caller.tenant).deleteWindowMinutes),
      );
    },
  };
};
export type Messages = ReturnType<typeof createMessages>;
