import { PutCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import * as z from 'zod';
import { blockedPair } from '../domain/blocks.ts';
import type { Caller } from '../domain/caller.ts';
import type { Change } from '../domain/changes.ts';
import type { Clock } from '../domain/clock.ts';
import { placeNamed } from '../domain/message.ts';
import { requirePermission } from '../domain/permissions.ts';
import {
  changeOf,
  isAfter,
  isSo,
  listOf,
  type ReactionHappening,
  type ReactionStep,
  type ReactionsState,
  reacted,
  requireKnown,
} from '../domain/reactions.ts';
import { Problem } from '../protocol/errors.ts';
import type { Reaction, ReactionChange } from '../protocol/reaction.ts';
import { nextRev, takeRevisions } from './changes.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { changeItem, reactionAttribute, reactionsFrom } from './items.ts';
import { conversationKey, hideKey, messageKey, reactionsKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Places } from './places.ts';
import { isConditionFailed, type Table, type Write, writeTogether } from './table.ts';
import { requireMessage } from './visible-message.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
}

/** A message that is named by its id, and by its conversation too where a nested route does. */
interface Named {
  messageId: string;
  conversationId?: string | undefined;
}

const position = z.object({ emoji: z.string(), userId: z.string() });

const filedAtOnce = 16;

export const createReactions = ({ table, clock, limits, places }: Deps) => {
  /** Everything that a rule asks for, in one round trip. */
  const find = async (caller: Caller, { messageId, conversationId }: Named) => {
    const { conversationId: id, seq } = placeNamed(messageId, conversationId);
    const { place, rest } = await places.placeWith(caller, id, {
      more: [
        messageKey(caller.tenant, id, seq),
        reactionsKey(caller.tenant, id, seq),
        hideKey(caller.tenant, caller.user, id, seq),
        conversationKey(caller.tenant, id),
      ],
    });
    const [item, beside, hide, meta] = rest;
    const message = requireMessage(place, item, clock.now());
    // Who has deleted it for themselves does not see what others make of it either.
    if (hide) throw new Problem('not_found');
    const isBlocked = meta?.blockedBy !== undefined;
    return { place, message, expiresAt: Number(item?.expiresAt), state: reactionsFrom(beside), isBlocked };
  };

  /** One set gains or loses one user, while the reactions are still those that were found. They go when their message does. */
  const writeOf = (
    tenant: string,
    { conversationId, seq, expiresAt }: { conversationId: string; seq: number; expiresAt: number },
    step: ReactionStep,
    { emoji, userId }: Reaction,
    [before, after]: readonly [ReactionsState, ReactionsState],
  ): Write => ({
    Update: {
      TableName: table.name,
      Key: reactionsKey(tenant, conversationId, seq),
      UpdateExpression: `${step === 'added' ? 'ADD' : 'DELETE'} #emoji :user SET #rev = :rev, #version = :version, #at = :at, #expiresAt = :expiresAt`,
      ExpressionAttributeNames: {
        '#emoji': reactionAttribute(emoji),
        '#rev': 'rev',
        '#version': 'version',
        '#at': 'at',
        '#expiresAt': 'expiresAt',
      },
      ExpressionAttributeValues: {
        ':user': new Set([userId]),
        ':rev': after.rev,
        ':version': after.version,
        ':at': after.at,
        ':expiresAt': expiresAt,
        ...(before.version === 0 ? {} : { ':found': before.version }),
      },
      ConditionExpression: before.version === 0 ? 'attribute_not_exists(PK)' : '#version = :found',
    },
  });

  /**
   * META's `rev` and the reactions change together. The change is filed from the stream's record of the reactions, which holds all
   * of it: a third item here would make half as many write units again.
   *
   * A message that is deleted between these reads may still be reacted to: nobody sees it.
   */
  const change = (caller: Caller, named: Named, step: ReactionStep, emoji: string): Promise<ReactionChange> => {
    const reaction = { emoji, userId: caller.user };
    return writeTogether(table, async () => {
      const { place, message, expiresAt, state, isBlocked } = await find(caller, named);
      requirePermission(place.standings, 'reaction.add');
      // A reaction says something new; what is taken back says less.
      if (isBlocked && step === 'added') throw blockedPair();
      if (message.status === 'deleted') throw new Problem('message_deleted');
      if (isSo(state, step, reaction)) return { writes: [], result: changeOf(state, reaction, message) };
      const { conversation } = place;
      const at = clock.now().toISOString();
      const next = reacted(state, step, reaction, { rev: nextRev(conversation), at });
      const set = { reactedSeq: Math.max(conversation.reactedSeq, message.seq) };
      const numbering = takeRevisions(table, { tenant: caller.tenant, conversation, count: 1, at, set });
      const write = writeOf(caller.tenant, { ...message, expiresAt }, step, reaction, [state, next]);
      return { writes: [numbering, write], result: changeOf(next, reaction, message) };
    });
  };

  /** Put if absent: a record that comes twice says the same. */
  const fileOne = async (tenant: string, { kind, seq, at, change }: ReactionHappening): Promise<void> => {
    const { conversationId, rev, emoji, userId } = change;
    const filed: Change = { kind, conversationId, rev, seq, emoji, userId, at, by: userId };
    const write = new PutCommand({
      TableName: table.name,
      Item: changeItem(tenant, filed, limits.expiryOf(tenant, new Date(at))),
      ConditionExpression: 'attribute_not_exists(PK)',
    });
    try {
      await table.client.send(write);
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  };

  return {
    /**
     * Safe to repeat: who has reacted so already is answered alike, and nothing is written.
     * @throws Problem `invalid_request` for an unknown short code, `forbidden` where one of two has blocked the other, `message_deleted`, `too_many_reactions`
     */
    add: async (caller: Caller, named: Named, emoji: string): Promise<ReactionChange> => {
      requireKnown(emoji, limits.of(caller.tenant).reactions);
      return change(caller, named, 'added', emoji);
    },

    /** Safe to repeat. A short code that the tenant no longer defines can still be taken back. */
    remove: (caller: Caller, named: Named, emoji: string): Promise<ReactionChange> =>
      change(caller, named, 'removed', emoji),

    /** Who reacted, by emoji and then by user. */
    page: async (
      caller: Caller,
      named: Named,
      { limit, cursor, emoji }: { limit: number; cursor?: string | undefined; emoji?: string | undefined },
    ): Promise<Page<Reaction>> => {
      const { message, state } = await find(caller, named);
      const scope = `reactions:${message.id}:${emoji ?? ''}`;
      const after = cursor === undefined ? undefined : positionIn(cursor, scope, position);
      const all = message.status === 'deleted' ? [] : listOf(state);
      const left = all.filter(
        (one) => (emoji === undefined || one.emoji === emoji) && (after === undefined || isAfter(one, after)),
      );
      const items = left.slice(0, limit);
      const last = items.at(-1);
      return { items, nextCursor: left.length > limit && last ? cursorOf(scope, last) : null };
    },

    /** What happened to reactions goes into the change log, for those who follow the stream. Safe to repeat. */
    file: async (tenant: string, happenings: readonly ReactionHappening[]): Promise<void> => {
      await pMap(happenings, (one) => fileOne(tenant, one), { concurrency: filedAtOnce });
    },
  };
};
export type Reactions = ReturnType<typeof createReactions>;
