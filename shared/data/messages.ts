import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { epochSeconds } from '../domain/clock.ts';
import { edited, previewOf, tombstoned, versionOf } from '../domain/message.ts';
import { may, requirePermission, type Standing } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Edit, Message } from '../protocol/message.ts';
import { freshly, nextRev, revise } from './changes.ts';
import { isExpired, messageFrom, messageItem, storedPreview, versionItem } from './items.ts';
import { hideKey, type Key, messageKey, threadKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Place, Places } from './places.ts';
import { writesOfDeletion } from './replies.ts';
import { type Item, type Table, type Write, writeTogether } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
}

interface FoundMessage {
  place: Place;
  message: Message;
}

export const createMessages = ({ table, clock, limits, places }: Deps) => {
  const visible = (item: Item | undefined): Message => {
    if (!item || isExpired(item, epochSeconds(clock.now()))) throw new Problem('not_found');
    const message = messageFrom(item);
    if (message.status === 'void') throw new Problem('not_found');
    return message;
  };

  /**
   * The message takes its new state, what it was is filed, the conversation takes a revision, the inbox the new preview, and a
   * thread has one reply less, together or not at all.
   */
  const change = (
    { caller, conversation: { id } }: Place,
    { seq, threadId }: Message,
    kind: 'message.updated' | 'message.deleted',
    decide: (message: Message, standings: Standing[], now: Date) => Message | undefined,
  ): Promise<Message> =>
    writeTogether(table, async () => {
      const { tenant } = caller;
      const threads = threadId === null ? [] : [threadKey(tenant, id, placeOfMessage(threadId).seq)];
      const keys = [messageKey(tenant, id, seq), ...(kind === 'message.deleted' ? threads : [])];
      const { conversation, standings, items } = await freshly(table, caller, id, keys);
      if (!may(standings, 'conversation.read')) throw new Problem('not_found');
      const [item, thread] = items;
      const message = visible(item);
      const now = clock.now();
      const decided = decide(message, standings, now);
      if (!decided) return { writes: [], result: message };
      const next = { ...decided, rev: nextRev(conversation) };
      const isNewest = conversation.lastMessage?.seq === seq;
      const expiresAt = Number(item?.expiresAt);
      const write: Write = {
        Put: {
          TableName: table.name,
          Item: messageItem(tenant, next, expiresAt),
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
      const recount = writesOfDeletion(table, tenant, message, thread);
      return { writes: [write, filed, ...revision, ...recount], result: next };
    });

  /** @param conversationId where the nested route names it, both have to agree */
  const read = async (caller: Caller, messageId: string, conversationId?: string, more: readonly Key[] = []) => {
    const { conversationId: id, seq } = placeOfMessage(messageId);
    if (conversationId !== undefined && conversationId !== id) throw new Problem('not_found');
    const { place, rest } = await places.placeWith(caller, id, { more: [messageKey(caller.tenant, id, seq), ...more] });
    const [item, ...others] = rest;
    return { place, message: visible(item), others };
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
      const at = placeOfMessage(messageId);
      const hide = hideKey(caller.tenant, caller.user, at.conversationId, at.seq);
      const { place, message, others } = await read(caller, messageId, conversationId, [hide]);
      if (others[0]) throw new Problem('not_found');
      return { place, message };
    },

    /** Safe to repeat: an edit that changes nothing makes no new version. */
    edit: async (caller: Caller, messageId: string, edit: Edit, conversationId?: string): Promise<Message> => {
      const { place, message } = await read(caller, messageId, conversationId);
      return change(place, message, 'message.updated', (current, standings, now) => {
        requirePermission(standings, 'message.editOwn');
        return edited(current, edit, caller, now, limits.of(caller.tenant).editWindowMinutes);
      });
    },

    /** Leaves a tombstone. Safe to repeat. */
    remove: async (caller: Caller, messageId: string, conversationId?: string): Promise<Message> => {
      const { place, message } = await read(caller, messageId, conversationId);
      return change(place, message, 'message.deleted', (current, standings, now) =>
        tombstoned(current, caller, standings, now, limits.of(caller.tenant).deleteWindowMinutes),
      );
    },
  };
};
export type Messages = ReturnType<typeof createMessages>;
