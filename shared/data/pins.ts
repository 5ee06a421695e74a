import type { Caller } from '../domain/caller.ts';
import type { ChangeDraft } from '../domain/changes.ts';
import type { Clock } from '../domain/clock.ts';
import type { ConversationState } from '../domain/conversation.ts';
import { pinningIn, requirePermission } from '../domain/permissions.ts';
import { firstVisibleSeq, hasExpired, isVisible, type Kept, quotedFrom } from '../domain/visibility.ts';
import { Problem } from '../protocol/errors.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import { type Pin, pinLimit } from '../protocol/pin.ts';
import { freshly, nextRev, revise } from './changes.ts';
import type { Hides } from './hides.ts';
import { keptFrom } from './items.ts';
import { messageKey, pinsKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Places } from './places.ts';
import type { Quotes } from './quotes.ts';
import { getMany, type Item, type Table, type Write, writeTogether } from './table.ts';
import { messageSeenBy, requireMessage } from './visible-message.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
  hides: Hides;
  quotes: Quotes;
}

/** A pin as it is kept: which message, and how long that lasts. */
type Pinned = Kept & Omit<Pin, 'message'>;

/** What a change of the pins is decided on, read afresh. */
interface Found {
  conversation: ConversationState;
  message: Message;
  /** The message's, as a pin keeps it. */
  kept: Kept;
  /** Oldest first. */
  pins: readonly Pinned[];
  at: string;
}

/** All pins of a conversation are one item, which changes together with its `rev`. */
export const createPins = ({ table, clock, limits, places, hides, quotes }: Deps) => {
  /** @param decide what the pins become, or undefined where nothing changes */
  const change = async <T>(
    caller: Caller,
    messageId: string,
    kind: 'message.pinned' | 'message.unpinned',
    decide: (found: Found) => Promise<{ pins: readonly Pinned[] | undefined; result: T }>,
  ): Promise<T> => {
    const { conversationId: id, seq } = placeOfMessage(messageId);
    const keys = [messageKey(caller.tenant, id, seq), pinsKey(caller.tenant, id)];
    const { place, rest } = await places.placeWith(caller, id, { more: keys });
    requireMessage(place, rest[0], clock.now());
    requirePermission(place.standings, pinningIn(place.conversation));

    return writeTogether(table, async () => {
      const { conversation, member, standings, items } = await freshly(table, caller, id, keys);
      const [messageItem, pinsItem] = items;
      requirePermission(standings, pinningIn(conversation));
      const now = clock.now();
      const at = now.toISOString();
      const viewpoint = { conversation, member };
      const message = quotedFrom(firstVisibleSeq(viewpoint), requireMessage(viewpoint, messageItem, now));
      const found = { conversation, message, kept: keptFrom(messageItem ?? {}), pins: pinsFrom(pinsItem), at };
      const { pins, result } = await decide(found);
      if (!pins) return { writes: [], result };
      const draft: ChangeDraft = { kind, at, by: caller.user, seq };
      const revision = revise(table, {
        tenant: caller.tenant,
        conversation,
        changes: [draft],
        expiresAt: limits.expiryOf(caller.tenant, now),
      });
      return { writes: [writeOf(caller.tenant, conversation, pins, pinsItem), ...revision], result };
    });
  };

  /** It holds only while the pins are those that were found: they were read together with `rev`, but not at one moment. */
  const writeOf = (
    tenant: string,
    conversation: ConversationState,
    pins: readonly Pinned[],
    found: Item | undefined,
  ): Write => ({
    Put: {
      TableName: table.name,
      Item: { ...pinsKey(tenant, conversation.id), pins, rev: nextRev(conversation) },
      ...(found
        ? {
            ConditionExpression: '#rev = :found',
            ExpressionAttributeNames: { '#rev': 'rev' },
            ExpressionAttributeValues: { ':found': found.rev },
          }
        : { ConditionExpression: 'attribute_not_exists(PK)' }),
    },
  });

  /** Those that still stand for a message. Whether one was deleted is looked up only when there is no more room. */
  const standing = async (tenant: string, { conversation, pins }: Found): Promise<readonly Pinned[]> => {
    const now = clock.now();
    const unexpired = pins.filter((one) => !hasExpired(conversation, one, now));
    if (unexpired.length < pinLimit) return unexpired;
    const items = await messagesOf(tenant, conversation.id, unexpired);
    return unexpired.filter(
      (_, i) => messageSeenBy({ conversation, member: undefined }, items[i], now)?.status === 'sent',
    );
  };

  const messagesOf = (tenant: string, conversationId: string, pins: readonly Pinned[]) =>
    getMany(
      table,
      pins.map(({ seq }) => messageKey(tenant, conversationId, seq)),
      { consistent: true },
    );

  return {
    /** The newest pin first, without what the caller has deleted for themselves. Two round trips, and one more if any quotes another. */
    list: async (caller: Caller, conversationId: string): Promise<Pin[]> => {
      const more = [pinsKey(caller.tenant, conversationId)];
      const { place, rest } = await places.placeWith(caller, conversationId, { more });
      const now = clock.now();
      const pins = pinsFrom(rest[0])
        .filter((one) => isVisible(place, one, now))
        .reverse();
      if (pins.length === 0) return [];
      const seqs = pins.map(({ seq }) => seq);
      const [items, hidden] = await Promise.all([
        messagesOf(caller.tenant, conversationId, pins),
        hides.between(caller, conversationId, Math.min(...seqs), Math.max(...seqs)),
      ]);
      const shown = pins.flatMap((one, i) => {
        const message = messageSeenBy(place, items[i], now);
        return message?.status === 'sent' && !hidden.includes(one.seq) ? [pinOf(one, message)] : [];
      });
      const messages = await quotes.resolve(
        caller.tenant,
        shown.map(({ message }) => message),
        () => place,
      );
      return shown.map((one, i) => ({ ...one, message: messages[i] ?? one.message }));
    },

    /** Safe to repeat: what is pinned stays as it was pinned first. @throws Problem `message_deleted`, `too_many_pins` */
    add: (caller: Caller, messageId: string): Promise<Pin> =>
      change(caller, messageId, 'message.pinned', async (found) => {
        const { conversation, message, kept, pins, at } = found;
        if (message.status === 'deleted') throw new Problem('message_deleted');
        const before = pins.find(({ seq }) => seq === message.seq);
        if (before) return { pins: undefined, result: pinOf(before, message) };
        const others = await standing(caller.tenant, found);
        if (others.length >= pinLimit) throw new Problem('too_many_pins', { detail: `At most ${pinLimit} pins.` });
        const pinned: Pinned = { ...kept, pinnedAt: at, pinnedBy: caller.user, rev: nextRev(conversation) };
        return { pins: [...others, pinned], result: pinOf(pinned, message) };
      }),

    /** Safe to repeat. */
    remove: (caller: Caller, messageId: string): Promise<void> =>
      change(caller, messageId, 'message.unpinned', async ({ message, pins }) => {
        const others = pins.filter(({ seq }) => seq !== message.seq);
        return { pins: others.length < pins.length ? others : undefined, result: undefined };
      }),
  };
};
export type Pins = ReturnType<typeof createPins>;

const pinsFrom = (item: Item | undefined): Pinned[] => (item?.pins as Pinned[] | undefined) ?? [];

const pinOf = ({ pinnedAt, pinnedBy, rev }: Pinned, message: Message): Pin => ({ message, pinnedAt, pinnedBy, rev });
