/** Token issuers' published keys, as aws-jwt-verify asks for them: fetched when a token names a key that is not known yet. */
import { WaitPeriodNotYetEndedJwkError } from 'aws-jwt-verify/error';
import { isJwks, type Jwks, type PenaltyBox, SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { type Clock, systemClock } from '../domain/clock.ts';
import { type Bucket, latestFullAt, microseconds } from '../domain/rate-limit.ts';
import { describeError, logger } from './logger.ts';

const timeoutMs = 3_000;

/** For key names that turn out to be nobody's. */
const futileFetches: Bucket = { capacity: 5, interval: 2_000_000 };
const rememberedMs = 10_000;

/** An issuer's keys cannot be had, which says nothing about the token that wanted one. */
export class KeySetUnavailable extends Error {
  override readonly name = 'KeySetUnavailable';
}

/** A key that its issuer has withdrawn vouches for nobody after that. */
const freshMs = 3_600_000;
/** While an issuer is down, it is asked again so often. */
const retryMs = 60_000;

/** One issuer's keys. Looked at again every hour; an issuer that is down then keeps the keys that it had. */
export const createKeySet = (clock: Clock = systemClock): SimpleJwksCache =>
  new KeySet({ fetcher, jwksParser: keySetIn, penaltyBox: createReserve(clock) }, clock);

class KeySet extends SimpleJwksCache {
  readonly #clock: Clock;
  #staleAt = Number.POSITIVE_INFINITY;

  constructor(props: ConstructorParameters<typeof SimpleJwksCache>[0], clock: Clock) {
    super(props);
    this.#clock = clock;
  }

  override async getJwks(uri: string): Promise<Jwks> {
    const keys = await super.getJwks(uri);
    this.#staleAt = this.#now() + freshMs;
    return keys;
  }

  override async getJwk(...asked: Parameters<SimpleJwksCache['getJwk']>): ReturnType<SimpleJwksCache['getJwk']> {
    if (this.#now() >= this.#staleAt) {
      this.#staleAt = this.#now() + retryMs;
      await this.getJwks(asked[0]).catch((error: unknown) =>
        logger.warn('an issuer’s keys could not be looked at again', { error: describeError(error) }),
      );
    }
    return super.getJwk(...asked);
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

/** aws-jwt-verify fetches over https only; a local identity provider speaks http. */
const fetcher = {
  fetch: async (uri: string): Promise<ArrayBuffer> => {
    try {
      const answer = await fetch(uri, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
      if (answer.ok) return await answer.arrayBuffer();
      throw new KeySetUnavailable(`It answered ${answer.status}.`);
    } catch (error) {
      throw error instanceof KeySetUnavailable ? error : new KeySetUnavailable('It did not answer.');
    }
  },
};

/** What an issuer says while it is being repaired is no key set, and must not make its tokens bad. */
const keySetIn = (body: ArrayBuffer): Jwks => {
  try {
    const keySet = JSON.parse(new TextDecoder().decode(body));
    if (isJwks(keySet)) return keySet;
  } catch {}
  throw new KeySetUnavailable('It answered with something else than keys.');
};

/**
 * Anybody can name keys that no issuer has, and must not make us fetch each time. aws-jwt-verify's own penalty box refuses every
 * unknown key for ten seconds after one that was nobody's, so that one forged token shuts out all that were signed with a key
 * just rotated in. This one holds a few fetches in reserve instead: a new key is found at once beside stray forgeries. Under a
 * flood of them there is still a fetch every other second, so that what is refused unseen names a key that was not published two
 * seconds ago. Tokens of known keys need no fetch, and never wait.
 */
const createReserve = (clock: Clock): PenaltyBox => {
  const missed = new Map<string, number>();
  let fullAt = 0;
  return {
    wait: async (_, kid) => {
      const now = clock.now();
      for (const [name, at] of missed) if (at <= now.getTime() - rememberedMs) missed.delete(name);
      if (missed.has(kid) || fullAt > latestFullAt(futileFetches, microseconds(now))) {
        throw new WaitPeriodNotYetEndedJwkError('The key was not published a moment ago.');
      }
    },
    registerFailedAttempt: (_, kid) => {
      const now = clock.now();
      missed.set(kid, now.getTime());
      fullAt = Math.max(fullAt, microseconds(now)) + futileFetches.interval;
    },
    registerSuccessfulAttempt: () => undefined,
  };
};
