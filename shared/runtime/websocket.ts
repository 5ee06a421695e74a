import middy from '@middy/core';
import type {
  APIGatewayEventWebsocketRequestContextV2,
  APIGatewayProxyResultV2,
  APIGatewayProxyWebsocketEventV2WithRequestContext,
} from 'aws-lambda';
import type * as z from 'zod';
import type { Caller } from '../domain/caller.ts';
import { systemClock } from '../domain/clock.ts';
import { type Command, clientFrame } from '../protocol/commands.ts';
import { Problem } from '../protocol/errors.ts';
import type { ServerFrame } from '../protocol/events.ts';
import { type CallerContext, callerFrom, namedBy } from './caller.ts';
import { correlationOf, logger, setLogContext } from './logger.ts';
import { flushMetrics } from './metrics.ts';
import { parse, parseJson } from './parse.ts';
import { errorDataOf, problemOf } from './problems.ts';

export type WebSocketEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<
  APIGatewayEventWebsocketRequestContextV2 & { authorizer?: CallerContext }
>;
type Answer = Exclude<APIGatewayProxyResultV2, string>;
type AnswerOf<C extends Command> = Omit<Extract<ServerFrame, { event: C['answer'] }>, 'id'>;

/** The connection that a frame came in on. */
interface OpenConnection {
  id: string;
  openedAt: string;
}

/**
 * A command's handler: the contract says what comes in, `run` does the one thing and returns the frame that answers it.
 * Everything around it is here, once: who asks, parsing, error frames, logging, metrics. A frame costs no read to learn who sent it.
 */
export const onCommand = <C extends Command>(
  command: C,
  run: (request: { data: z.output<C['data']>; caller: Caller; connection: OpenConnection }) => Promise<AnswerOf<C>>,
  clock = systemClock,
) =>
  middy<WebSocketEvent, Answer>()
    .use(errorFrames)
    .handler(async (event) => {
      const { connectionId, connectedAt, requestId, authorizer } = event.requestContext;
      setLogContext({ correlationId: requestId, operation: command.name });
      const frame = parse(clientFrame, parseJson(event.body ?? ''));
      const correlationId = correlationOf(frame.traceparent, requestId);
      setLogContext({ correlationId, operation: command.name });
      const caller = { ...callerFrom(authorizer, clock, connectionId), traceparent: frame.traceparent };
      setLogContext({ correlationId, operation: command.name, caller });
      const answer = await run({
        data: parse(command.data, frame.data, 'data') as z.output<C['data']>,
        caller,
        connection: { id: connectionId, openedAt: new Date(connectedAt).toISOString() },
      });
      logger.info('answered');
      return reply({ ...answer, ...(frame.id === undefined ? {} : { id: frame.id }) } as ServerFrame);
    });

/**
 * The gateway's own events: opening, closing, and what no command's route took. A connection is closed and tidied up whether or not
 * its token has ended meanwhile.
 */
export const onConnection = (
  operation: string,
  run: (request: { caller: Caller; event: WebSocketEvent }) => Promise<Answer>,
) =>
  middy<WebSocketEvent, Answer>()
    .use(errorFrames)
    .handler(async (event) => {
      const { connectionId, requestId, authorizer } = event.requestContext;
      setLogContext({ correlationId: requestId, operation });
      const caller = namedBy(authorizer, connectionId);
      setLogContext({ correlationId: requestId, operation, caller });
      const answer = await run({ caller, event });
      logger.info('answered');
      return answer;
    });

export const reply = (frame: ServerFrame): Answer => ({ statusCode: 200, body: JSON.stringify(frame) });

const errorFrames: middy.MiddlewareObj<WebSocketEvent, Answer> = {
  after: () => flushMetrics(),
  onError: (request) => {
    const problem = problemOf(request.error);
    const isFrame = request.event.requestContext.eventType === 'MESSAGE';
    request.response = isFrame
      ? reply({ event: 'error', ...referenceOf(request.event.body), data: errorDataOf(problem) })
      : { statusCode: problem.status };
    flushMetrics();
  },
};

/** The client's own reference, if the frame was good enough to have one. */
const referenceOf = (body: string | undefined): { id?: string } => {
  try {
    const frame = clientFrame
      .pick({ id: true })
      .loose()
      .parse(JSON.parse(body ?? ''));
    return frame.id === undefined ? {} : { id: frame.id };
  } catch {
    return {};
  }
};

/** What a frame that no route took should have been. */
export const unrouted = (body: string | undefined): Problem => {
  try {
    const frame = parseJson(body ?? '');
    const named = clientFrame.pick({ event: true }).loose().safeParse(frame);
    if (!named.success) parse(clientFrame, frame);
    return new Problem('unknown_event', { detail: `There is no command ${JSON.stringify(named.data?.event)}.` });
  } catch (error) {
    return error as Problem;
  }
};
