/** What is left of a run's failures, and which of them nothing explains. */
import * as z from 'zod';

/** A message that its queue's function did not take, however often it was tried. */
export interface DeadLetter {
  queue: string;
  body: string;
}

/** What an injected fault looks like to the function that meets it. Anything else that fails is Parley's own. */
const injected = [
  'InternalServerError',
  'InternalFailure',
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestThrottled',
  'PostFailed',
];

/** The platform's word of an instance that a fault has killed. */
const killed = 'Runtime exited with error: signal: killed';

interface LogLine {
  level: string;
  error?: { name: string };
  /** The platform's own word. */
  errorMessage?: string;
}

/** Lines that functions logged of failures that no injected fault explains. */
export const unexplainedLines = (logs: readonly string[]): string[] =>
  logs.filter((text) => {
    if (!text.startsWith('{')) return true;
    const { level, error, errorMessage } = JSON.parse(text) as LogLine;
    const isExplained = errorMessage === killed || injected.includes(error?.name ?? '');
    return ['ERROR', 'CRITICAL'].includes(level) && !isExplained;
  });

/** As `redeliver` takes it, as far as it matters here. */
const redelivery = z.object({ connection: z.object({ id: z.string() }) });

/**
 * One thing may be given up: a frame for a connection that is no more. A connection that was cut while young is taken for one that is
 * still opening, and here, where tries follow each other quickly, they are used up before it is old enough to be given up itself.
 */
export const unexplainedLetters = async (
  deadLetters: readonly DeadLetter[],
  isGone: (connectionId: string) => Promise<boolean>,
): Promise<string[]> => {
  const strange: string[] = [];
  for (const { queue, body } of deadLetters) {
    const { data } = redelivery.safeParse(JSON.parse(body));
    if (!data || !(await isGone(data.connection.id))) strange.push(`dead letter in ${queue}: ${body}`);
  }
  return strange;
};
