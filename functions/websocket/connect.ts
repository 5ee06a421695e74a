/** `$connect`: from here on the connection hears of all its user's conversations. One write. */
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { onConnection } from '../../shared/runtime/websocket.ts';

export const connect = ({ presence }: Pick<Deps, 'presence'>) =>
  onConnection('$connect', async ({ caller, event }) => {
    await presence.add(caller, event.requestContext.connectionId);
    return { statusCode: 200 };
  });

export const handler = live(connect);
