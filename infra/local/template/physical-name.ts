import { createHash } from 'node:crypto';

/**
 * The name that a deployment makes up for a resource without one: `<stack>-<logical id>-<12 random characters>`. Here the random
 * part is a hash, so that a resource keeps its name, and a table its data, from one start to the next.
 */
export function physicalName(stack: string, logicalId: string, longest: number): string {
  const suffix = hashOf(stack, logicalId).slice(0, 12).toUpperCase();
  return `${`${stack}-${logicalId}`.slice(0, longest - suffix.length - 1)}-${suffix}`;
}

/** An id as API Gateway makes them up: ten lower-case letters and digits. */
export function physicalId(stack: string, logicalId: string): string {
  return hashOf(stack, logicalId).slice(0, 10);
}

function hashOf(stack: string, logicalId: string): string {
  const digest = createHash('sha256').update(`${stack}/${logicalId}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(50, '0');
}
