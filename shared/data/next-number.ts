import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { blockedPair } from '../domain/blocks.ts';
import { newMessage, previewOf } from '../domain/message.ts';
import { may, postingIn, requirePermission } from '../domain/permissions.ts';
import { mostPosters, type PosterStep, posterKey, posterStep } from '../domain/posters.ts';
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

const partOf = (step: PosterStep | undefined, user: string): Part => {
  if (!step) return { set: [], holds: [] };
  const { kind, read } = step;
  return {
    set: ['posters.#me = seq + :one'],
    holds:
      kind === 'raised'
        ? ['(posters.#me = seq OR (attribute_exists(posters.#me) AND seq <= :read))']
        : ['attribute_not_exists(posters.#me)', 'size(posters) < :mostPosters', 'seq <= :read'],
    names: { '#me': posterKey(user) },
    values: { ':read': read, ...(kind === 'listed' && { ':mostPosters': mostPosters }) },
  };
};

/** META counts a conversation's messages. */
export const createNextNumber = ({ table, limits, places }: Deps) => {
  const write = async (place: Place, draft: Draft, now: Date, step: PosterStep | undefined): Promise<number> => {
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

  const attempt = async (place: Place, draft: Draft, now: Date, step: PosterStep | undefined): Promise<number> => {
    try {
      return await write(place, draft, now, step);
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      if (isBlocked(error.Item)) throw blockedPair();
      if (step) return attempt(place, draft, now, undefined);
      const { conversation, standings } = await places.placeOf(place.caller, place.conversation.id);
      requirePermission(standings, postingIn(conversation.settings));
      throw new Problem('unavailable');
    }
  };

  return {
    /**
     * Takes it, atomically, and makes this the conversation's newest message. That its sender has read what came before is remembered along
     * where that needs no other write; where what was found a moment ago is otherwise by now, it is not.
     * @throws Problem `not_found` once the conversation is deleted, `forbidden` where one of two has blocked the other, or fewer may post
     * than were found
     */
    take: (place: Place, draft: Draft, now: Date): Promise<number> =>
      attempt(place, draft, now, posterStep(place.conversation, place.member)),
  };
};

/** @param meta what stood in the way, as DynamoDB spells it */
const isBlocked = (meta: unknown): boolean => typeof meta === 'object' && meta !== null && 'blockedBy' in meta;
