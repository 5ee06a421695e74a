import { blockedPair } from '../domain/blocks.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { ConversationState } from '../domain/conversation.ts';
import { edited, placeNamed, previewOf, tombstoned } from '../domain/message.ts';
import { may, postingIn, requirePermission, type Standing } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import type { Edit, Message, ShownMessage } from '../protocol/message.ts';
import { freshly, nextRev, revise } from './changes.ts';
import { messageItem, storedPreview } from './items.ts';
import { messageKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Place, Places } from './places.ts';
import { besideKeys, besideOf, shown } from './shown-messages.ts';
import { type Table, type Write, writeTogether } from './table.ts';
import { requireMessage } from './visible-message.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
}

/** What a change is decided on, read afresh. */
interface Found {
  conversation: ConversationState;
  /** The caller's. */
  standings: Standing[];
  now: Date;
}

export const createMessages = ({ table, clock, limits, places }: Deps) => {
  /** The message takes its new state, the conversation a revision, and the inbox the new preview, together or not at all. */
  const change = (
    { caller, conversation: { id } }: Place,
    seq: number,
    kind: 'message.updated' | 'message.deleted',
    decide: (message: Message, found: Found) => Message | undefined,
  ): Promise<Message> =>
    writeTogether(table, async () => {
      const found = await freshly(table, caller, id, [messageKey(caller.tenant, id, seq)]);
      const { conversation, member, standings, items } = found;
      if (!may(standings, 'conversation.read')) throw new Problem('not_found');
      // An edit says something new; what is taken back says less.
      if (found.isBlocked && kind === 'message.updated') throw blockedPair();
      const now = clock.now();
      const message = requireMessage({ conversation, member }, items[0], now);
      const decided = decide(message, { conversation, standings, now });
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
    return { place, message: requireMessage(place, item, clock.now()), beside: besideOf(beside) };
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
      return change(place, message.seq, 'message.updated', (current, { conversation, standings, now }) => {
        requirePermission(standings, 'message.editOwn');
        requirePermission(standings, postingIn(conversation.settings));
        return edited(current, edit, caller, now);
      });
    },

    /** Leaves a tombstone. Safe to repeat. */
    remove: async (caller: Caller, messageId: string, conversationId?: string): Promise<Message> => {
      const { place, message } = await find(caller, messageId, conversationId);
      return change(place, message.seq, 'message.deleted', (current, { standings, now }) =>
        tombstoned(current, caller, standings, now),
      );
    },
  };
};
export type Messages = ReturnType<typeof createMessages>;
