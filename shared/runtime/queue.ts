import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import pMap from 'p-map';
import type { DomainEvent, DomainEvents } from '../domain/domain-events.ts';
import { addToLogContext, correlationOf, describeError, logger, logTraces, setLogContext } from './logger.ts';
import { flushMetrics } from './metrics.ts';

/** Work that has to wait, and that nothing is wrong with: it comes back like what failed. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
}

interface Delivered {
  /** It was handed out before, and may have been worked off in part. */
  isRetried: boolean;
}

interface Traced {
  traceparent?: string;
  traceparents?: string[];
  /** Of an event as the bus delivers it. */
  detail?: { traceparent?: string };
}

const tracesOf = ({ traceparent, traceparents, detail }: Traced): string[] =>
  [traceparent, detail?.traceparent, ...(traceparents ?? [])].filter((one) => one !== undefined);

/** One message at a time; those that fail come back by themselves, the others do not. Whom it is about, `run` adds to the log. */
export const onQueue =
  (operation: string, run: (body: unknown, delivered: Delivered) => Promise<void>) =>
  async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const { messageId, body, attributes } of event.Records) {
      setLogContext({ correlationId: messageId, operation });
      try {
        const content = JSON.parse(body) as Traced;
        const [first, ...others] = tracesOf(content);
        setLogContext({ correlationId: correlationOf(first, messageId), operation });
        await run(content, { isRetried: Number(attributes?.ApproximateReceiveCount ?? 1) > 1 });
        logger.info('done');
        logTraces(others, 'done');
      } catch (error) {
        if (error instanceof NotYet) logger.warn('not yet', { error: describeError(error) });
        else logger.error('failed', { error: describeError(error) });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    flushMetrics();
    return { batchItemFailures };
  };

/** Whom an event may be about. */
interface Subject {
  tenantId: string;
  userId?: string;
  conversationId?: string;
}

/**
 * Domain events of a whole batch, those of one conversation together: for work that is done once for all of them. Those of a
 * conversation that fails come back by themselves, the others do not.
 */
export const onConversationEvents = <Type extends keyof DomainEvents>(
  operation: string,
  types: readonly Type[],
  run: (conversation: { tenantId: string; conversationId: string }) => Promise<void>,
  atOnce: number,
) => {
  const placeOf = (body: string): string | undefined => {
    const { 'detail-type': type, detail } = JSON.parse(body) as { 'detail-type': Type; detail: Subject };
    return types.includes(type) ? JSON.stringify([detail.tenantId, detail.conversationId]) : undefined;
  };
  return async ({ Records }: SQSEvent, { awsRequestId }: Context): Promise<SQSBatchResponse> => {
    setLogContext({ correlationId: awsRequestId, operation });
    const byPlace = Map.groupBy(Records, ({ body }) => placeOf(body));
    const failures = await pMap(
      byPlace,
      async ([place, records]) => {
        if (place === undefined) return [];
        const [tenantId = '', conversationId = ''] = JSON.parse(place) as string[];
        try {
          await run({ tenantId, conversationId });
          return [];
        } catch (error) {
          logger.error('failed', { tenant: tenantId, conversationId, error: describeError(error) });
          return records.map(({ messageId }) => ({ itemIdentifier: messageId }));
        }
      },
      { concurrency: atOnce },
    );
    logger.info('done');
    flushMetrics();
    return { batchItemFailures: failures.flat() };
  };
};

/** A domain event as the bus delivers it to a queue; `after` where a worker has left the rest of its work to another message. */
interface Envelope<Type extends keyof DomainEvents> {
  'detail-type': Type;
  detail: DomainEvents[Type];
  after?: string;
}

/** The message with which the work on an event goes on after what was done last. */
export const continuationOf = ({ type, detail }: DomainEvent, after: string): string =>
  JSON.stringify({ 'detail-type': type, detail, after } satisfies Envelope<typeof type>);

/** Domain events as the bus delivers them to a queue. */
export const onDomainEvents = <Type extends keyof DomainEvents>(
  operation: string,
  types: readonly Type[],
  run: (event: Extract<DomainEvent, { type: Type }>, after: string | undefined) => Promise<void>,
) =>
  onQueue(operation, async (body) => {
    const { 'detail-type': type, detail, after } = body as Envelope<Type>;
    const { tenantId, userId, conversationId }: Subject = detail;
    addToLogContext({ tenant: tenantId, user: userId, conversationId });
    if (types.includes(type)) await run({ type, detail } as unknown as Extract<DomainEvent, { type: Type }>, after);
  });
