import '../../support/lambda-environment.ts';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { edgeHeader } from '../../../shared/protocol/edge.ts';
import { createEdgeGate } from '../../../shared/runtime/edge-key.ts';
import type { Identity } from '../../../shared/runtime/tokens.ts';

process.env.TOKEN_ISSUERS = '[]';
const { authorizeRequest } = await import('../../../functions/http/authorizer.ts');
const { authorizeConnection } = await import('../../../functions/websocket/authorizer.ts');

const ada: Identity = { tenant: 'acme', user: 'ada', roles: ['member'], expiresAt: 4_000_000_000 };
const asked: string[] = [];
const tokens = {
  verify: async (token: string): Promise<Identity> => {
    asked.push(token);
    return ada;
  },
};
const redeemed: string[] = [];
const tickets = {
  issue: async () => 'ticket',
  redeem: async (ticket: string): Promise<Identity> => {
    redeemed.push(ticket);
    return ada;
  },
};
const cameByEdge = createEdgeGate({ readKeys: async () => ['key'], now: () => 0 });

describe('behind an edge', () => {
  const requestContext = { requestId: 'r' } as Parameters<ReturnType<typeof authorizeRequest>>[0]['requestContext'];
  const authorizes = authorizeRequest({ tokens, cameByEdge });

  it('a request that came through it is judged by its token', async () => {
    const headers = { authorization: 'Bearer good', [edgeHeader]: 'key' };

    expect(await authorizes({ headers, requestContext })).toMatchObject({ isAuthorized: true });
  });

  it('a request that came past it is denied, whatever its token', async () => {
    asked.length = 0;
    const past = [{ authorization: 'Bearer good' }, { authorization: 'Bearer good', [edgeHeader]: 'guessed' }];

    for (const headers of past) {
      expect(await authorizes({ headers, requestContext })).toEqual({ isAuthorized: false, context: {} });
    }
    expect(asked).toEqual([]);
  });

  const connects = (headers: Record<string, string>) =>
    authorizeConnection({ tickets: tickets as never, tokens: tokens as never, cameByEdge })({
      requestContext: { requestId: 'r', connectionId: 'c' },
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:a/ws/$connect',
      headers,
      queryStringParameters: { ticket: 't' },
    } as unknown as APIGatewayRequestAuthorizerEvent);

  it('a socket that came through it is opened', async () => {
    expect(await connects({ [edgeHeader]: 'key' })).toMatchObject({ principalId: 'ada' });
  });

  it('a socket that came past it is refused, and its ticket is still good', async () => {
    redeemed.length = 0;

    await expect(connects({})).rejects.toThrow('Unauthorized');
    expect(redeemed).toEqual([]);
  });
});
