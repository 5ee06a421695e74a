import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { slowModeOf, type Turn, waitSeconds } from '../domain/slow-mode.ts';
import { Problem } from '../protocol/errors.ts';
import { turnKey } from './keys.ts';
import type { Place } from './places.ts';
import { type Item, isConditionFailed, type Table } from './table.ts';

/** How many slow conversations an instance remembers. */
const memory = 10_000;

/** As long as slow mode can be. */
const keptSeconds = 3_600;

/** What came of asking for a turn. */
interface Asked {
  taken: boolean;
  /** The turn before, which may be this very message's. */
  last: Turn | undefined;
}

/**
 * Turns in slow mode: one item for each member who posts in a slow conversation. That it is slow is known once it has been read; an
 * instance that remembers so asks for the turn beside that read, and the send takes no round trip more. What it remembers is a guess,
 * and what the conversation says is decided on.
 */
export const createTurns = ({ table, clock }: { table: Table; clock: Clock }) => {
  const slow = new Map<string, number>();
  const nameOf = (tenant: string, conversationId: string) => JSON.stringify([tenant, conversationId]);

  const remember = ({ caller, conversation: { id, settings } }: Place): void => {
    const name = nameOf(caller.tenant, id);
    if (settings.slowModeSeconds === 0) {
      slow.delete(name);
      return;
    }
    if (slow.size >= memory) slow.clear();
    slow.set(name, settings.slowModeSeconds);
  };

  /** Takes the turn if it is free. What has the last turn already keeps it, and waits no longer for being repeated. */
  const ask = async (
    { tenant, user }: Caller,
    conversationId: string,
    clientMessageId: string,
    seconds: number,
  ): Promise<Asked> => {
    const now = clock.now();
    try {
      const { Attributes } = await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: turnKey(tenant, user, conversationId),
          UpdateExpression: 'SET postedAt = :now, clientMessageId = :this, expiresAt = :expiresAt',
          ConditionExpression: 'attribute_not_exists(postedAt) OR (postedAt <= :since AND clientMessageId <> :this)',
          ExpressionAttributeValues: {
            ':now': now.getTime(),
            ':this': clientMessageId,
            ':expiresAt': epochSeconds(now) + keptSeconds,
            ':since': now.getTime() - seconds * 1_000,
          },
          ReturnValues: 'ALL_OLD',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { taken: true, last: turnFrom(Attributes) };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      // Not unmarshalled by the document client: an error's item comes as DynamoDB spells it.
      return { taken: false, last: turnFrom(unmarshall((error.Item ?? {}) as Record<string, AttributeValue>)) };
    }
  };

  return {
    /** Beside the first read of a send, where this instance believes the conversation to be slow. Refuses nothing yet. */
    expect: async (caller: Caller, conversationId: string, clientMessageId: string): Promise<Asked | undefined> => {
      const seconds = slow.get(nameOf(caller.tenant, conversationId));
      return seconds === undefined ? undefined : ask(caller, conversationId, clientMessageId, seconds);
    },

    /**
     * The turn of one message, before it takes a number, so that a refused one leaves none. Owners and admins need none. Safe to
     * repeat: the same `clientMessageId` keeps its turn, so that an attempt that died does not stand in its own way.
     * @param expected what `expect` gave
     * @throws Problem `rate_limited` with `retryAfter`
     */
    take: async (place: Place, clientMessageId: string, expected: Asked | undefined): Promise<void> => {
      remember(place);
      const seconds = slowModeOf(place);
      if (seconds === 0) return;
      const askNow = () => ask(place.caller, place.conversation.id, clientMessageId, seconds);
      const waitAfter = ({ last }: Asked) => waitSeconds(last, clientMessageId, seconds, clock.now());

      const first = expected ?? (await askNow());
      const isFree = first.taken || first.last?.clientMessageId === clientMessageId;
      // It was asked with a longer wait than holds now.
      const asked = !isFree && waitAfter(first) === 0 ? await askNow() : first;
      const wait = waitAfter(asked);
      if (wait > 0) {
        const detail = `Slow mode: one message every ${seconds} seconds.`;
        throw new Problem('rate_limited', { detail, retryAfter: wait });
      }
    },
  };
};
export type Turns = ReturnType<typeof createTurns>;

const turnFrom = (item: Item | undefined): Turn | undefined =>
  item?.postedAt === undefined
    ? undefined
    : { postedAt: Number(item.postedAt), clientMessageId: String(item.clientMessageId) };
