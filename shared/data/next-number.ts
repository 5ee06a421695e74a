import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { blockedPair } from '../domain/blocks.ts';
import { newMessage, previewOf } from '../domain/message.ts';
import { may, postingIn, requirePermission } from '../domain/permissions.ts';
import { mostStreaks, notBegun, posterKey, type StreakStep, streakStep } from '../domain/streaks.ts';
import { Problem } from '../protocol/errors.ts';
import type { Draft } from '../protocol/message.ts';
import { storedPreview } from './items.ts';
import { conversationKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Place, Places } from './places.ts';
import { despiteTransactions, isConditionFailed, type Table } from './table.ts';

interface Deps {
  table: Table;
  limits: Limits;
  places: Places;
}

/** Parts of an expression. */
interface Part {
  set: string[];
  holds: string[];
  names?: Record<string, string>;
  values?: Record<string, unknown>;
}

const partOf = (step: StreakStep, user: string): Part => {
  const names = { '#me': posterKey(user) };
  switch (step) {
    case 'stays':
      return { set: [], holds: [] };
    case 'is listed':
      return {
        set: ['streaks.#me = :notBegun'],
        holds: ['attribute_not_exists(streaks.#me)', 'size(streaks) < :mostStreaks'],
        names,
        values: { ':notBegun': notBegun, ':mostStreaks': mostStreaks },
      };
    case 'goes on':
      return { set: ['streaks.#me[1] = seq + :one'], holds: ['streaks.#me[1] = seq'], names };
    default:
      return {
        set: ['streaks.#me[0] = seq + :one', 'streaks.#me[1] = seq + :one'],
        holds: ['streaks.#me[1] = :ended'],
        names,
        values: { ':ended': step.beginsAfter },
      };
  }
};

/** META counts a conversation's messages. */
export const createNextNumber = ({ table, limits, places }: Deps) => {
  const write = async (place: Place, draft: Draft, now: Date, step: StreakStep): Promise<number> => {
    const { caller, conversation, standings } = place;
    const preview = storedPreview(previewOf(newMessage(draft, conversation.id, 0, caller.user, now)));
    const mayAlways = may(standings, 'message.sendWhereAdminsMay');
    const { set, holds, names, values } = partOf(step, caller.user);
    const { Attributes } = await despiteTransactions(() =>
      table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: conversationKey(caller.tenant, conversation.id),
          UpdateExpression: `SET ${[
            'seq = seq + :one',
            'lastMessageSeq = seq + :one',
            'lastMessage = :preview',
            'lastMessageExpiresAt = :expiresAt',
            'lastActivityAt = :now',
            ...set,
          ].join(', ')}`,
          ConditionExpression: [
            'deletedAt = :null',
            'attribute_not_exists(blockedBy)',
            ...(mayAlways ? [] : ['(attribute_not_exists(settings.whoMayPost) OR settings.whoMayPost = :everybody)']),
            ...holds,
          ].join(' AND '),
          ...(names ? { ExpressionAttributeNames: names } : {}),
          ExpressionAttributeValues: {
            ':one': 1,
            ':preview': preview,
            ':expiresAt': limits.expiryOf(caller.tenant, now, conversation.settings.retentionDays),
            ':now': now.toISOString(),
            ':null': null,
            ...(mayAlways ? {} : { ':everybody': 'everybody' }),
            ...values,
          },
          ReturnValues: 'UPDATED_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    return Number(Attributes?.seq);
  };

  /**
   * Takes it, atomically, and makes this the conversation's newest message. What its sender has read is remembered along where that needs
   * no other write; a streak that was found a moment ago may have ended since, and then it stays as it is.
   * @throws Problem `not_found` once the conversation is deleted, `forbidden` where one of two has blocked the other, or fewer may post
   * than were found
   */
  const take = async (
    place: Place,
    draft: Draft,
    now: Date,
    step = streakStep(place.conversation, place.member),
  ): Promise<number> => {
    try {
      return await write(place, draft, now, step);
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      if (isBlocked(error.Item)) throw blockedPair();
      if (step !== 'stays') return take(place, draft, now, 'stays');
      const { conversation, standings } = await places.placeOf(place.caller, place.conversation.id);
      requirePermission(standings, postingIn(conversation.settings));
      throw new Problem('unavailable');
    }
  };

  return { take };
};

/** @param meta what stood in the way, as DynamoDB spells it */
const isBlocked = (meta: unknown): boolean => typeof meta === 'object' && meta !== null && 'blockedBy' in meta;
