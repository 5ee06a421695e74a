import type { Context } from 'aws-lambda';
import { expect, it } from 'vitest';
import { onConnection, type WebSocketEvent } from '../../../shared/runtime/websocket.ts';

const eventOf = (authorizer: Record<string, string> | undefined) =>
  ({
    requestContext: { connectionId: 'c1', requestId: 'r1', eventType: 'DISCONNECT', authorizer },
  }) as unknown as WebSocketEvent;

it('lets a connection be tidied up whose token has ended meanwhile', async () => {
  const callers: unknown[] = [];
  const disconnect = onConnection('$disconnect', async ({ caller }) => {
    callers.push(caller);
    return { statusCode: 200 };
  });

  const event = eventOf({ tenant: 'demo', user: 'ada', roles: 'member', expiresAt: '1' });
  expect(await disconnect(event, {} as Context)).toEqual({ statusCode: 200 });
  expect(callers).toMatchObject([{ tenant: 'demo', user: 'ada', connectionId: 'c1' }]);
});

it('refuses an event that no authorizer vouched for', async () => {
  const connect = onConnection('$connect', async () => ({ statusCode: 200 }));
  expect(await connect(eventOf(undefined), {} as Context)).toEqual({ statusCode: 401 });
});
