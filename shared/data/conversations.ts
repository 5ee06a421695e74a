import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { blockedPair } from '../domain/blocks.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { type ConversationState, founded, patched, requireGroup } from '../domain/conversation.ts';
import { deletedUser, requirePermission } from '../domain/permissions.ts';
import { requireRetentionWithin } from '../domain/settings.ts';
import type { ConversationCreate, ConversationPatch } from '../protocol/conversation.ts';
import { Problem } from '../protocol/errors.ts';
import { notApart } from './blocks.ts';
import { freshly, nextRev, revise } from './changes.ts';
import {
  conversationFrom,
  conversationItem,
  isDeletedProfile,
  memberFrom,
  memberItem,
  storedSettings,
} from './items.ts';
import { conversationKey, memberKey, profileKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Place } from './places.ts';
import { cancellationReasons, getMany, type Item, type Table, type Write, writeTogether } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
}

/** A conversation, and what the caller is in it. */
type Found = Pick<Place, 'conversation' | 'member'>;

/** DynamoDB writes at most this many items together. */
const transactionLimit = 100;

export const createConversations = ({ table, clock, limits }: Deps) => {
  /** @param decide what META becomes; undefined where nothing changes */
  const change = (
    { caller, conversation: { id } }: Place,
    kind: 'conversation.updated' | 'conversation.deleted',
    action: 'conversation.update' | 'conversation.delete',
    decide: (conversation: ConversationState, at: string) => Partial<ConversationState> | undefined,
  ): Promise<ConversationState> =>
    writeTogether(table, async () => {
      const { conversation, standings } = await freshly(table, caller, id, []);
      requirePermission(standings, action);
      const now = clock.now();
      const at = now.toISOString();
      const set = decide(conversation, at);
      if (!set) return { writes: [], result: conversation };
      const writes = revise(table, {
        tenant: caller.tenant,
        conversation,
        changes: [{ kind, at, by: caller.user }],
        set: { ...set, ...(set.settings && { settings: storedSettings(set.settings) }), updatedBy: caller.user },
        expiresAt: limits.expiryOf(caller.tenant, now),
      });
      return { writes, result: { ...conversation, ...set, rev: nextRev(conversation), changedAt: at } };
    });

  return {
    /**
     * Founds a conversation. Safe to repeat for two users, who always share one; a group is a new one each time.
     * A conversation exists once META does, and META is written last, so nobody ever sees half of one.
     * @throws Problem `forbidden` for two of whom one has blocked the other, unless they have their conversation already
     */
    create: async (caller: Caller, request: ConversationCreate): Promise<Found> => {
      const now = clock.now();
      requireRetentionWithin(limits.of(caller.tenant).retentionDays, request.settings ?? {});
      const { conversation, members } = founded(caller, request, now, limits.of(caller.tenant));
      await refuseDeleted(table, caller, [...members.map((one) => one.userId), caller.user]);

      const items = members.map((member) => memberItem(caller.tenant, member, conversation.lastActivityAt));
      const meta = conversationItem(caller.tenant, conversation);
      // META comes with the last of them: what precedes it is invisible.
      const early = items.slice(0, Math.max(0, items.length - (transactionLimit - 1)));
      for (let start = 0; start < early.length; start += transactionLimit) {
        await putAll(table, early.slice(start, start + transactionLimit));
      }
      const [one, other] = conversation.memberIds ?? [];
      // A block at this very moment fails, or makes this fail: docs/decisions/0015-blocks-and-presence.md.
      const conditions = one === undefined || other === undefined ? [] : notApart(table, caller.tenant, [one, other]);
      try {
        await putAll(table, [meta, ...items.slice(early.length)], conditions);
      } catch (error) {
        if (conversation.type !== 'direct' || !cancellationReasons(error).includes('ConditionalCheckFailed'))
          throw error;
        return existing(table, caller, conversation.id);
      }
      return { conversation, member: members.find((one) => one.userId === caller.user) };
    },

    /** @returns the conversation as it is afterwards, changed or not */
    update: async (place: Place, patch: ConversationPatch): Promise<ConversationState> => {
      requireGroup(place.conversation);
      requireRetentionWithin(limits.of(place.caller.tenant).retentionDays, patch.settings ?? {});
      return change(place, 'conversation.updated', 'conversation.update', (conversation, at) => {
        const next = patched(conversation, patch);
        if (!next) return undefined;
        const keepsAsBefore = next.settings.retentionDays === conversation.settings.retentionDays;
        return { ...next, updatedAt: at, ...(keepsAsBefore ? {} : { retentionChangedAt: at }) };
      });
    },

    /** Soft: from here on nobody sees it. Its messages go with retention; what it was, and who was in it, stays on record. */
    remove: async (place: Place): Promise<void> => {
      requireGroup(place.conversation);
      await change(place, 'conversation.deleted', 'conversation.delete', (_, at) => ({ deletedAt: at, updatedAt: at }));
    },

    /** For those who act for the service itself, such as the stream's readers: no caller, no rule, deleted or not. */
    stateOf: async (tenant: string, conversationId: string): Promise<ConversationState | undefined> => {
      const [meta] = await getMany(table, [conversationKey(tenant, conversationId)], { consistent: true });
      return meta ? conversationFrom(meta) : undefined;
    },
  };
};
export type Conversations = ReturnType<typeof createConversations>;

/** The conversation that the two have already. @throws Problem `forbidden` where they have none: what stood in the way was a block */
const existing = async (table: Table, caller: Caller, conversationId: string): Promise<Found> => {
  const [meta, membership] = await getMany(
    table,
    [conversationKey(caller.tenant, conversationId), memberKey(caller.tenant, conversationId, caller.user)],
    { consistent: true },
  );
  if (!meta) throw blockedPair();
  return { conversation: conversationFrom(meta), member: membership && memberFrom(membership) };
};

const putAll = async (table: Table, items: Item[], conditions: readonly Write[] = []): Promise<void> => {
  if (items.length === 1 && conditions.length === 0) {
    await table.client.send(
      new PutCommand({ TableName: table.name, Item: items[0], ConditionExpression: 'attribute_not_exists(PK)' }),
    );
    return;
  }
  const writes = items.map((Item) => ({
    Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(PK)' },
  }));
  await writeTogether(table, async () => ({ writes: [...writes, ...conditions], result: undefined }), {
    retryConditions: false,
  });
};

/** @throws Problem `invalid_request` naming those whom the host has deleted */
export const refuseDeleted = async (table: Table, caller: Caller, users: readonly string[]): Promise<void> => {
  const profiles = await getMany(
    table,
    users.map((user) => profileKey(caller.tenant, user)),
  );
  const deleted = users.filter((_, i) => isDeletedProfile(profiles[i]));
  if (deleted.length === 0) return;
  if (deleted.includes(caller.user)) throw deletedUser();
  throw new Problem('invalid_request', {
    errors: deleted.map((user) => ({ path: 'memberIds', message: `${JSON.stringify(user)} has been deleted` })),
  });
};
