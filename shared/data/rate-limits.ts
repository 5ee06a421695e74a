import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { isDirect } from '../domain/conversation.ts';
import {
  type Bucket,
  isHalfFull,
  latestFullAt,
  microseconds,
  perMinute,
  retryAfterSeconds,
} from '../domain/rate-limit.ts';
import { Problem } from '../protocol/errors.ts';
import { type Key, messageLimitKey } from './keys.ts';
import type { Limits } from './limits.ts';
import { type Item, isConditionFailed, itemThatFailed, type Table } from './table.ts';
import { markLifeSeconds } from './told-marks.ts';

/** How many buckets an instance remembers the last state of. */
const memory = 10_000;

const second = 1_000_000;

/** One of the two writes. */
interface Attempt {
  expression: string;
  condition: string;
  values: Record<string, number>;
  /** Other attributes of the item. */
  beside?: Item | undefined;
}

/**
 * Token buckets, one item each. A bucket is either full, and then starts to count from now, or not, and then moves on; which of the
 * two is written first is a guess from what this instance saw last. A wrong guess fails its condition and costs a second write; it
 * never lets more through.
 */
export const createRateLimits = ({ table, clock, limits }: { table: Table; clock: Clock; limits: Limits }) => {
  const lastSeen = new Map<string, number>();

  const remember = (id: string, fullAt: number): void => {
    if (lastSeen.size >= memory) lastSeen.clear();
    lastSeen.set(id, fullAt);
  };

  const write = async (key: Key, { expression, condition, values, beside = {} }: Attempt) => {
    const more = Object.entries(beside);
    try {
      const { Attributes } = await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: key,
          UpdateExpression: [
            'SET expiresAt = :expiresAt',
            expression,
            ...more.map((_, i) => `#more${i} = :more${i}`),
          ].join(', '),
          ConditionExpression: condition,
          ...(more.length > 0 && {
            ExpressionAttributeNames: Object.fromEntries(more.map(([name], i) => [`#more${i}`, name])),
          }),
          ExpressionAttributeValues: {
            ...values,
            ...Object.fromEntries(more.map(([, value], i) => [`:more${i}`, value])),
          },
          ReturnValues: 'UPDATED_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { taken: true, fullAt: Number(Attributes?.fullAt) };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const fullAt = itemThatFailed(error)?.fullAt;
      return { taken: false, fullAt: fullAt === undefined ? undefined : Number(fullAt) };
    }
  };

  /**
   * Tries the likelier write first.
   * @param latest from which `fullAt` on nothing is taken any more; a bucket without it may owe
   * @returns whether a token was taken, and what was seen last of the bucket
   */
  const takeFrom = async (
    key: Key,
    { interval }: Bucket,
    { now, latest, beside }: { now: number; latest?: number; beside?: Item },
  ): Promise<{ taken: boolean; fullAt: number | undefined }> => {
    const id = nameOf(key);
    const expiresAt = Math.floor(now / second) + markLifeSeconds;
    const whenFull: Attempt = {
      expression: 'fullAt = :next',
      condition: 'attribute_not_exists(fullAt) OR fullAt <= :now',
      values: { ':next': now + interval, ':now': now, ':expiresAt': expiresAt },
      beside,
    };
    const whenPart: Attempt = {
      expression: 'fullAt = fullAt + :interval',
      condition: latest === undefined ? 'fullAt >= :now' : 'fullAt BETWEEN :now AND :latest',
      values: {
        ':interval': interval,
        ':now': now,
        ':expiresAt': expiresAt,
        ...(latest !== undefined && { ':latest': latest }),
      },
      beside,
    };

    const tries = (lastSeen.get(id) ?? 0) > now ? [whenPart, whenFull] : [whenFull, whenPart];
    let fullAt: number | undefined;
    for (const attempt of tries) {
      const outcome = await write(key, attempt);
      if (outcome.fullAt !== undefined) remember(id, outcome.fullAt);
      if (outcome.taken) return outcome;
      fullAt = outcome.fullAt;
      if (fullAt !== undefined && latest !== undefined && fullAt > latest) break;
    }
    return { taken: false, fullAt };
  };

  const bucketOf = ({ tenant }: Caller): Bucket => perMinute(limits.of(tenant).messagesPerMinute);

  const refusal = (bucket: Bucket, fullAt: number, now: number) =>
    new Problem('rate_limited', { retryAfter: retryAfterSeconds(bucket, fullAt, now) });

  return {
    /** @throws Problem `rate_limited` with `retryAfter`. A service sends for others and is not limited. */
    takeMessage: async (caller: Caller): Promise<void> => {
      if (caller.roles.includes('service')) return;
      const [bucket, now] = [bucketOf(caller), microseconds(clock.now())];
      const latest = latestFullAt(bucket, now);
      const { taken, fullAt } = await takeFrom(messageLimitKey(caller.tenant, caller.user), bucket, { now, latest });
      if (!taken) throw refusal(bucket, fullAt ?? now, now);
    },

    /** What `mayPayLater` wants to see, where a send may have to write beside the bucket in any case. */
    keyBeside: ({ tenant, user, roles }: Caller, conversationId: string): Key | undefined =>
      isDirect(conversationId) && !roles.includes('service') ? messageLimitKey(tenant, user) : undefined,

    /** Whether so much is left that a token can be taken at the end of a send. @param bucket as it was found, in a hurry */
    mayPayLater: (caller: Caller, bucket: Item | undefined): boolean => {
      const fullAt = Number(bucket?.fullAt ?? 0);
      remember(nameOf(messageLimitKey(caller.tenant, caller.user)), fullAt);
      return isHalfFull(bucketOf(caller), fullAt, microseconds(clock.now()));
    },

    /**
     * Takes a token at the end of a send that was let through, whether or not there is one: what was under way at the same moment may leave
     * the bucket owing.
     * @param beside what else is written along
     */
    payMessage: async (caller: Caller, beside: Item = {}): Promise<void> => {
      const key = messageLimitKey(caller.tenant, caller.user);
      for (let turn = 0; turn < 3; turn += 1) {
        const now = microseconds(clock.now());
        if ((await takeFrom(key, bucketOf(caller), { now, beside })).taken) return;
      }
      throw new Problem('unavailable');
    },
  };
};

const nameOf = ({ PK, SK }: Key): string => `${PK}\n${SK}`;

export type RateLimits = ReturnType<typeof createRateLimits>;
