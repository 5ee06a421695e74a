import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { blockedPair } from '../domain/blocks.ts';
import { activityBucket, type ConversationState } from '../domain/conversation.ts';
import { newMessage, previewOf } from '../domain/message.ts';
import { ownStateOf } from '../domain/own-state.ts';
import { may, postingIn, requirePermission } from '../domain/permissions.ts';
import { mostPosters, type PosterStep, posterKey, posterStep } from '../domain/posters.ts';
import { forgettable, rememberedNumber, rememberedNumbers, remembers, sendKey } from '../domain/recent-sends.ts';
import { Problem } from '../protocol/errors.ts';
import type { Draft } from '../protocol/message.ts';
import { maybeHeard, unheard } from './heard.ts';
import { conversationFrom, storedPreview } from './items.ts';
import { conversationKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Place, Places } from './places.ts';
import { despiteTransactions, isConditionFailed, itemThatFailed, type Table } from './table.ts';

interface Deps {
  table: Table;
  limits: Limits;
  places: Places;
}

/** A number, and what is known where it was taken just now. */
export interface Numbered {
  seq: number;
  /** The conversation's revision at that moment. */
  rev?: number;
  /** What its sender has read was noted along. */
  hasRead?: boolean;
}

/** What the conversation is to remember along with the number. */
interface Notes {
  poster?: PosterStep | undefined;
  /** The send, by its key and the newest message that its sender knew. */
  send?: { key: string; after: number } | undefined;
}

/** Parts of an expression. */
interface Part {
  set?: string[];
  remove?: string[];
  holds?: string[];
  names?: Record<string, string>;
  values?: Record<string, unknown>;
}

const posterPart = ({ kind, read }: PosterStep, user: string): Part => ({
  set: ['posters.#me = seq + :one'],
  holds:
    kind === 'raised'
      ? ['(posters.#me = seq OR (attribute_exists(posters.#me) AND seq <= :read))']
      : ['attribute_not_exists(posters.#me)', 'size(posters) < :mostPosters', 'seq <= :read'],
  names: { '#me': posterKey(user) },
  values: { ':read': read, ...(kind === 'listed' && { ':mostPosters': mostPosters }) },
});

const sendPart = ({ key, after }: NonNullable<Notes['send']>, conversation: ConversationState): Part => {
  const old = forgettable(conversation).filter((one) => one !== key);
  return {
    set: ['recentSends.#send = seq + :one'],
    remove: old.map((_, i) => `recentSends.#old${i}`),
    holds: [
      'seq BETWEEN :after AND :remembered',
      '(attribute_not_exists(recentSends.#send) OR recentSends.#send <= :after)',
    ],
    names: { '#send': key, ...Object.fromEntries(old.map((one, i) => [`#old${i}`, one])) },
    values: { ':after': after, ':remembered': after + rememberedNumbers },
  };
};

/** The publisher tells whoever keeps inboxes that the conversation woke up in another hour; of other messages it has nothing to tell here. */
const hourPart = ({ lastActivityAt }: ConversationState, now: Date): Part =>
  activityBucket(lastActivityAt) === activityBucket(now.toISOString())
    ? { set: ['heard = :heard'], values: { ':heard': unheard } }
    : { set: ['heard = :heard'], values: { ':heard': maybeHeard } };

/** META counts a conversation's messages. */
export const createNextNumber = ({ table, limits, places }: Deps) => {
  const write = async (place: Place, draft: Draft, now: Date, { poster, send }: Notes): Promise<Numbered> => {
    const { caller, conversation, standings } = place;
    const preview = storedPreview(previewOf(newMessage(draft, conversation.id, 0, caller.user, now)));
    const parts: Part[] = [
      {
        set: [
          'seq = seq + :one',
          'lastMessageSeq = seq + :one',
          'lastMessage = :preview',
          'lastMessageExpiresAt = :expiresAt',
          'lastActivityAt = :now',
        ],
        holds: ['deletedAt = :null', 'attribute_not_exists(blockedBy)'],
        values: {
          ':one': 1,
          ':preview': preview,
          ':expiresAt': limits.expiryOf(caller.tenant, now, conversation.settings.retentionDays),
          ':now': now.toISOString(),
          ':null': null,
        },
      },
      may(standings, 'message.sendWhereAdminsMay')
        ? {}
        : {
            holds: ['(attribute_not_exists(settings.whoMayPost) OR settings.whoMayPost = :everybody)'],
            values: { ':everybody': 'everybody' },
          },
      hourPart(conversation, now),
      poster ? posterPart(poster, caller.user) : {},
      send ? sendPart(send, conversation) : {},
    ];
    const names = Object.assign({}, ...parts.map((part) => part.names)) as Record<string, string>;
    const removed = parts.flatMap(({ remove = [] }) => remove);
    const { Attributes } = await despiteTransactions(() =>
      table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: conversationKey(caller.tenant, conversation.id),
          UpdateExpression: [
            `SET ${parts.flatMap(({ set = [] }) => set).join(', ')}`,
            ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
          ].join(' '),
          ConditionExpression: parts.flatMap(({ holds = [] }) => holds).join(' AND '),
          ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
          ExpressionAttributeValues: Object.assign({}, ...parts.map(({ values }) => values)),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    const isMarked = place.member !== undefined && ownStateOf(place.member).markedUnread;
    return {
      seq: Number(Attributes?.seq),
      rev: Number(Attributes?.rev),
      hasRead: poster !== undefined && !isMarked,
    };
  };

  /** @returns undefined where the conversation does not remember, or no longer, whether the send was here before */
  const attempt = async (place: Place, draft: Draft, now: Date, notes: Notes): Promise<Numbered | undefined> => {
    try {
      return await write(place, draft, now, notes);
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const meta = itemThatFailed(error);
      if (meta?.blockedBy !== undefined) throw blockedPair();
      const found = meta && conversationFrom(meta);
      const { send, poster } = notes;
      if (send && found?.deletedAt === null) {
        const seq = rememberedNumber(found, send.key, send.after);
        if (seq !== undefined) return { seq };
        if (!remembers(found, send.after)) return undefined;
      }
      // What was found a moment ago of its sender's reading is otherwise by now.
      if (poster) return attempt(place, draft, now, { send });
      const { conversation, standings } = await places.placeOf(place.caller, place.conversation.id);
      requirePermission(standings, postingIn(conversation.settings));
      throw new Problem('unavailable');
    }
  };

  const posterOf = ({ conversation, member }: Place) => posterStep(conversation, member);

  return {
    /**
     * Takes it, atomically, and makes this the conversation's newest message. That its sender has read what came before is remembered along
     * where that needs no other write.
     * @throws Problem `not_found` once the conversation is deleted, `forbidden` where one of two has blocked the other, or fewer may post
     * than were found
     */
    take: async (place: Place, draft: Draft, now: Date): Promise<Numbered> => {
      const taken = await attempt(place, draft, now, { poster: posterOf(place) });
      if (!taken) throw new Problem('unavailable');
      return taken;
    },

    /**
     * As `take`, but once for a send: of several attempts, however close together, the first takes the number, and the others are told it.
     * @param after the newest message that its sender knew when they first sent it
     * @returns undefined where the conversation does not remember, or no longer, whether the send was here before; nothing is taken then
     */
    takeOnce: async (place: Place, draft: Draft, after: number, now: Date): Promise<Numbered | undefined> => {
      const send = { key: sendKey(place.caller.user, draft.clientMessageId), after };
      return attempt(place, draft, now, { poster: posterOf(place), send });
    },
  };
};
