import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { type Bucket, latestFullAt, microseconds, perMinute, retryAfterSeconds } from '../domain/rate-limit.ts';
import { Problem } from '../protocol/errors.ts';
import { rateLimitKey } from './keys.ts';
import type { Limits } from './limits.ts';
import { isConditionFailed, type Table } from './table.ts';

/** How many buckets an instance remembers the last state of. */
const memory = 10_000;

/** By then any bucket is full, which is as good as none. */
const keptSeconds = 120;

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

  const write = async (
    key: ReturnType<typeof rateLimitKey>,
    expression: string,
    condition: string,
    values: Record<string, number>,
  ) => {
    try {
      const { Attributes } = await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: key,
          UpdateExpression: `${expression}, expiresAt = :expiresAt`,
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
          ReturnValues: 'UPDATED_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { taken: true, fullAt: Number(Attributes?.fullAt) };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      // Not unmarshalled by the document client: an error's item comes as DynamoDB spells it.
      const item = error.Item as { fullAt?: { N?: string } | number } | undefined;
      const fullAt = typeof item?.fullAt === 'object' ? item.fullAt.N : item?.fullAt;
      return { taken: false, fullAt: fullAt === undefined ? undefined : Number(fullAt) };
    }
  };

  const take = async (caller: Caller, what: string, bucket: Bucket): Promise<void> => {
    const key = rateLimitKey(caller.tenant, caller.user, what);
    const id = `${key.PK}\n${key.SK}`;
    const now = microseconds(clock.now());
    const expiresAt = epochSeconds(clock.now()) + keptSeconds;
    const fromFull = () =>
      write(key, 'SET fullAt = :next', 'attribute_not_exists(fullAt) OR fullAt <= :now', {
        ':next': now + bucket.interval,
        ':now': now,
        ':expiresAt': expiresAt,
      });
    const fromPart = () =>
      write(key, 'SET fullAt = fullAt + :interval', 'fullAt BETWEEN :now AND :latest', {
        ':interval': bucket.interval,
        ':now': now,
        ':latest': latestFullAt(bucket, now),
        ':expiresAt': expiresAt,
      });

    const tries = (lastSeen.get(id) ?? 0) > now ? [fromPart, fromFull] : [fromFull, fromPart];
    let fullAt: number | undefined;
    for (const attempt of tries) {
      const outcome = await attempt();
      if (outcome.fullAt !== undefined) remember(id, outcome.fullAt);
      if (outcome.taken) return;
      fullAt = outcome.fullAt;
      if (fullAt !== undefined && fullAt > latestFullAt(bucket, now)) break;
    }
    throw new Problem('rate_limited', { retryAfter: retryAfterSeconds(bucket, fullAt ?? now, now) });
  };

  return {
    /** @throws Problem `rate_limited` with `retryAfter`. A service sends for others and is not limited. */
    takeMessage: async (caller: Caller): Promise<void> => {
      if (caller.roles.includes('service')) return;
      await take(caller, 'message.send', perMinute(limits.of(caller.tenant).messagesPerMinute));
    },
  };
};
export type RateLimits = ReturnType<typeof createRateLimits>;
