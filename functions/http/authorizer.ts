/**
 * The HTTP API's authorizer: allow or deny, with a context and never a policy per route, because one cached answer serves every
 * route. Where there is an edge, whoever came past it is denied. A token that was good once is let through to the handler, which answers `token_expired`; the gateway could only say 403.
 */
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { Problem } from '../../shared/protocol/errors.ts';
import { type CallerContext, contextOf } from '../../shared/runtime/caller.ts';
import { type EdgeGate, edgeGateOf } from '../../shared/runtime/edge-key.ts';
import { correlationOf, setLogContext } from '../../shared/runtime/logger.ts';
import { flushMetrics } from '../../shared/runtime/metrics.ts';
import { problemOf } from '../../shared/runtime/problems.ts';
import { settingsFrom } from '../../shared/runtime/settings.ts';
import { createTokens, type Tokens } from '../../shared/runtime/tokens.ts';

type Event = Pick<APIGatewayRequestAuthorizerEventV2, 'headers' | 'requestContext'>;

interface Answer {
  isAuthorized: boolean;
  context: CallerContext | Record<string, never>;
}

interface Deps {
  tokens: Tokens;
  cameByEdge: EdgeGate;
}

export const authorizeRequest =
  ({ tokens, cameByEdge }: Deps) =>
  async ({ headers, requestContext }: Event): Promise<Answer> => {
    const correlationId = correlationOf(headers?.traceparent, requestContext.requestId);
    setLogContext({ correlationId, operation: 'authorizer' });
    try {
      const [, token] = /^Bearer +([^\s]+)$/i.exec(headers?.authorization ?? '') ?? [];
      if (!(await cameByEdge(headers))) throw new Problem('forbidden');
      if (!token) throw new Problem('unauthenticated');
      return { isAuthorized: true, context: contextOf(await tokens.verify(token)) };
    } catch (error) {
      const { code } = problemOf(error);
      flushMetrics();
      // What keeps us from finding out is no denial: the gateway remembers those for minutes, and failures not at all.
      if (!(error instanceof Problem)) throw error;
      const expired = code === 'token_expired';
      return { isAuthorized: expired, context: expired ? expiredContext : {} };
    }
  };

/** Names nobody: all that can be done with it is to be told that it has expired. */
const expiredContext: CallerContext = { tenant: '-', user: '-', roles: '', expiresAt: '0' };

export const handler = authorizeRequest({
  tokens: createTokens(settingsFrom(process.env).TOKEN_ISSUERS),
  cameByEdge: edgeGateOf(process.env),
});
