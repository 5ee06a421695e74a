/**
 * The WebSocket API's authorizer, run at `$connect` only: `?ticket=` for browsers, which cannot set headers, or `?token=`.
 * What it finds out is handed to every later frame of the connection.
 */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Tickets } from '../../shared/data/tickets.ts';
import { Problem } from '../../shared/protocol/errors.ts';
import { contextOf } from '../../shared/runtime/caller.ts';
import { live } from '../../shared/runtime/deps.ts';
import { createTokens, type Identity, type Tokens } from '../../shared/runtime/tokens.ts';

interface Deps {
  tickets: Tickets;
  tokens: Tokens;
}

export const authorizeConnection =
  ({ tickets, tokens }: Deps) =>
  async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const { ticket, token } = event.queryStringParameters ?? {};
    const identity = await identify({ tickets, tokens }, ticket, token);
    // The one message that API Gateway answers with 401.
    if (!identity) throw new Error('Unauthorized');
    return {
      principalId: identity.user,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
      },
      context: { ...contextOf(identity) },
    };
  };

const identify = async ({ tickets, tokens }: Deps, ticket?: string, token?: string): Promise<Identity | undefined> => {
  if (ticket) return tickets.redeem(ticket);
  try {
    return token ? await tokens.verify(token) : undefined;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
};

export const handler = live(({ tickets, settings }) =>
  authorizeConnection({ tickets, tokens: createTokens(settings.TOKEN_ISSUERS) }),
);
