/** `$disconnect`, which API Gateway sends at best effort: what it misses, the first post that finds nobody tidies up. One write. */
import { live, type SocketDeps } from '../../shared/runtime/socket-deps.ts';
import { onConnection } from '../../shared/runtime/websocket.ts';

export const disconnect = ({ presence }: Pick<SocketDeps, 'presence'>) =>
  onConnection('$disconnect', async ({ caller, event }) => {
    await presence.remove(caller.tenant, caller.user, [event.requestContext.connectionId]);
    return { statusCode: 200 };
  });

export const handler = live(disconnect);
