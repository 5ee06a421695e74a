export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** DynamoDB's TTL and JWTs count in whole seconds. */
export const epochSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
