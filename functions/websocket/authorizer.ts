/**
 * The WebSocket API's authorizer, run at `$connect` only: `?ticket=` for browsers, which cannot set headers, or `?token=`.
 * Where there is an edge, whoever came past it is refused. What it finds out is handed to every later frame of the connection.
 */
import type {
  APIGatewayAuthorizerResult,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventQueryStringParameters,
} from 'aws-lambda';
import { openTable } from '../../shared/data/table.ts';
import { createTickets, type Tickets } from '../../shared/data/tickets.ts';
import { systemClock } from '../../shared/domain/clock.ts';
import { Problem } from '../../shared/protocol/errors.ts';
import { contextOf } from '../../shared/runtime/caller.ts';
import { type EdgeGate, edgeGateOf } from '../../shared/runtime/edge-key.ts';
import { addToLogContext, setLogContext } from '../../shared/runtime/logger.ts';
import { flushMetrics } from '../../shared/runtime/metrics.ts';
import { problemOf } from '../../shared/runtime/problems.ts';
import { settingsFrom } from '../../shared/runtime/settings.ts';
import { createTokens, type Identity, type Tokens } from '../../shared/runtime/tokens.ts';

interface Deps {
  tickets: Tickets;
  tokens: Tokens;
  cameByEdge: EdgeGate;
}

export const authorizeConnection =
  ({ tickets, tokens, cameByEdge }: Deps) =>
  async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const { requestId, connectionId } = event.requestContext;
    setLogContext({ correlationId: requestId, operation: '$connect' });
    addToLogContext({ connectionId });
    try {
      if (!(await cameByEdge(event.headers))) throw new Problem('unauthenticated');
      const identity = await identify({ tickets, tokens }, event.queryStringParameters ?? {});
      return {
        principalId: identity.user,
        policyDocument: {
          Version: '2012-10-17',
          Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
        },
        context: { ...contextOf(identity) },
      };
    } catch (error) {
      problemOf(error);
      flushMetrics();
      // The one message that API Gateway answers with 401. The runtime logs it as an error of its own, beside our line.
      throw error instanceof Problem ? new Error('Unauthorized') : error;
    }
  };

/** @throws Problem for whoever comes with nothing that is good */
const identify = async (
  { tickets, tokens }: Pick<Deps, 'tickets' | 'tokens'>,
  { ticket, token }: APIGatewayRequestAuthorizerEventQueryStringParameters,
): Promise<Identity> => {
  const identity = ticket ? await tickets.redeem(ticket) : token ? await tokens.verify(token) : undefined;
  if (!identity) throw new Problem('unauthenticated');
  return identity;
};

// Of its own, and not those that every handler may ask for: the verifier makes it the largest bundle as it is.
const settings = settingsFrom(process.env);

export const handler = authorizeConnection({
  tickets: createTickets({ table: openTable(settings.TABLE_NAME), clock: systemClock }),
  tokens: createTokens(settings.TOKEN_ISSUERS),
  cameByEdge: edgeGateOf(process.env),
});
