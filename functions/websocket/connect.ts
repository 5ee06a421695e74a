/** `$connect`: from here on the connection hears of all its user's conversations. One write. */

import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { count } from '../../shared/runtime/metrics.ts';
import { onConnection } from '../../shared/runtime/websocket.ts';

export const connect = ({ presence }: Pick<CommandDeps, 'presence'>) =>
  onConnection('$connect', async ({ caller, event }) => {
    await presence.add(caller, event.requestContext.connectionId);
    count('ConnectionsOpened');
    return { statusCode: 200 };
  });

export const handler = live(connect);
