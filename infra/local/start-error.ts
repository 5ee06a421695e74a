/** Why the local cloud cannot start, or go on, in one sentence for the person who started it: shown without a stack trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
