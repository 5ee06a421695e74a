import { blockedPair } from '../domain/blocks.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { epochSeconds } from '../domain/clock.ts';
import { namesIn } from '../domain/mentions.ts';
import { edited, placeNamed, previewOf, tombstoned } from '../domain/message.ts';
import { may, requirePermission, type Standing } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import type { Edit, Message, ShownMessage } from '../protocol/message.ts';
import { freshly, nextRev, revise } from './changes.ts';
import { isExpired, messageFrom, messageItem, storedPreview } from './items.ts';
import { type Key, messageKey } from './keys.ts';
import type { Limits } from './limits.ts';
import { candidateKeys, mentionsAmong } from './named-members.ts';
import type { Place, Places } from './places.ts';
import { besideKeys, besideOf, shown } from './shown-messages.ts';
import { type Item, type Table, type Write, writeTogether } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
}

export const createMessages = ({ table, clock, limits, places }: Deps) => {
  /** The message takes its new state, the conversation a revision, and the inbox the new preview, together or not at all. */
  const change = (
    { caller, conversation: { id } }: Place,
    seq: number,
    kind: 'message.updated' | 'message.deleted',
    decide: (message: Message, standings: Standing[], now: Date, rest: (Item | undefined)[]) => Message | undefined,
    more: readonly Key[] = [],
  ): Promise<Message> =>
    writeTogether(table, async () => {
      const found = await freshly(table, caller, id, [messageKey(caller.tenant, id, seq), ...more]);
      const { conversation, standings, items } = found;
      if (!may(standings, 'conversation.read')) throw new Problem('not_found');
      // An edit says something new; what is taken back says less.
      if (found.isBlocked && kind === 'message.updated') throw blockedPair();
      const now = clock.now();
      const message = visible(items[0], now);
      const decided = decide(message, standings, now, items.slice(1));
      if (!decided) return { writes: [], result: message };
      const next = { ...decided, rev: nextRev(conversation) };
      const isNewest = conversation.lastMessage?.seq === seq;
      const write: Write = {
        Put: {
          TableName: table.name,
          Item: messageItem(caller.tenant, next, Number(items[0]?.expiresAt)),
          ConditionExpression: '#version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': message.version },
        },
      };
      const revision = revise(table, {
        tenant: caller.tenant,
        conversation,
        changes: [{ kind, at: now.toISOString(), by: caller.user, seq }],
        expiresAt: limits.expiryOf(caller.tenant, now),
        ...(isNewest ? { set: { lastMessage: storedPreview(previewOf(next)) }, where: { lastMessageSeq: seq } } : {}),
      });
      return { writes: [write, ...revision], result: next };
    });

  /** @param keysBeside what to read along with the message */
  const find = async (
    caller: Caller,
    messageId: string,
    conversationId?: string,
    keysBeside: typeof besideKeys = () => [],
  ) => {
    const { conversationId: id, seq } = placeNamed(messageId, conversationId);
    const more = [messageKey(caller.tenant, id, seq), ...keysBeside(caller.tenant, id, seq)];
    const { place, rest } = await places.placeWith(caller, id, { more });
    const [item, ...beside] = rest;
    return { place, message: visible(item, clock.now()), beside: besideOf(beside) };
  };

  return {
    /** A message with the caller's place in its conversation. */
    find,

    /** @throws Problem `not_found` also for a void, and for what retention has removed */
    get: async (caller: Caller, messageId: string, conversationId?: string): Promise<ShownMessage> => {
      const { message, beside } = await find(caller, messageId, conversationId, besideKeys);
      return shown(message, caller.user, beside);
    },

    /** Safe to repeat: an edit that changes nothing makes no new version. */
    edit: async (caller: Caller, messageId: string, edit: Edit, conversationId?: string): Promise<Message> => {
      const { place, message } = await find(caller, messageId, conversationId);
      const names = namesIn({ content: edit.content, contentType: edit.contentType ?? message.contentType });
      return change(
        place,
        message.seq,
        'message.updated',
        (current, standings, now, memberships) => {
          requirePermission(standings, 'message.editOwn');
          return edited(current, edit, caller, now, mentionsAmong(names, memberships));
        },
        candidateKeys(caller.tenant, place.conversation.id, names),
      );
    },

    /** Leaves a tombstone. Safe to repeat. */
    remove: async (caller: Caller, messageId: string, conversationId?: string): Promise<Message> => {
      const { place, message } = await find(caller, messageId, conversationId);
      return change(place, message.seq, 'message.deleted', (current, standings, now) =>
        tombstoned(current, caller, standings, now),
      );
    },
  };
};
export type Messages = ReturnType<typeof createMessages>;

/** @throws Problem `not_found` for what retention has removed, and for a void, which is no message */
export const visible = (item: Item | undefined, now: Date): Message => {
  if (!item || isExpired(item, epochSeconds(now))) throw new Problem('not_found');
  const message = messageFrom(item);
  if (message.status === 'void') throw new Problem('not_found');
  return message;
};
