/**
 * What AWS publishes for us-east-1, in dollars, without free tiers and discounts for volume, as of November 2026. Its pages:
 * aws.amazon.com/api-gateway/pricing, /lambda/pricing, /sqs/pricing and /dynamodb/pricing/on-demand.
 */
const million = 1e6;

export const prices = {
  /** A post to a WebSocket, for each 32 KB begun. */
  post: 1 / million,
  /** One connection for a minute. */
  connectionMinute: 0.25 / million,
  /** A function on arm64. */
  invocation: 0.2 / million,
  gigabyteSecond: 0.000_013_333_4,
  /** A request to a standard queue, for each 64 KB begun. */
  queueRequest: 0.4 / million,
  /** Of a table on demand. */
  readUnit: 0.125 / million,
  writeUnit: 0.625 / million,
};
