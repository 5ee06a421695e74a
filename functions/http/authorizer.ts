/**
 * The HTTP API's authorizer: allow or deny, with a context and never a policy per route, because one cached answer serves every
 * route. A token that was good once is let through to the handler, which answers `token_expired`; the gateway could only say 403.
 */
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { Problem } from '../../shared/protocol/errors.ts';
import { type CallerContext, contextOf } from '../../shared/runtime/caller.ts';
import { settingsFrom } from '../../shared/runtime/settings.ts';
import { createTokens, type Tokens } from '../../shared/runtime/tokens.ts';

interface Answer {
  isAuthorized: boolean;
  context: CallerContext | Record<string, never>;
}

export const authorizeRequest =
  (tokens: Tokens) =>
  async (event: Pick<APIGatewayRequestAuthorizerEventV2, 'headers'>): Promise<Answer> => {
    const [, token] = /^Bearer +([^\s]+)$/i.exec(event.headers?.authorization ?? '') ?? [];
    if (!token) return { isAuthorized: false, context: {} };
    try {
      return { isAuthorized: true, context: contextOf(await tokens.verify(token)) };
    } catch (error) {
      // What keeps us from finding out is no denial: the gateway remembers those for minutes, and failures not at all.
      if (!(error instanceof Problem)) throw error;
      const expired = error.code === 'token_expired';
      return { isAuthorized: expired, context: expired ? expiredContext : {} };
    }
  };

/** Names nobody: all that can be done with it is to be told that it has expired. */
const expiredContext: CallerContext = { tenant: '-', user: '-', roles: '', expiresAt: '0' };

export const handler = authorizeRequest(createTokens(settingsFrom(process.env).TOKEN_ISSUERS));
