/** `$connect`: from here on the connection hears of all its user's conversations. One write. */
import { live, type SocketDeps } from '../../shared/runtime/socket-deps.ts';
import { onConnection } from '../../shared/runtime/websocket.ts';

export const connect = ({ presence }: Pick<SocketDeps, 'presence'>) =>
  onConnection('$connect', async ({ caller, event }) => {
    await presence.add(caller, event.requestContext.connectionId);
    return { statusCode: 200 };
  });

export const handler = live(connect);
