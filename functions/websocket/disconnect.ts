/** `$disconnect`, which API Gateway sends at best effort: what it misses, the first post that finds nobody tidies up. One write. */

import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { count } from '../../shared/runtime/metrics.ts';
import { onConnection } from '../../shared/runtime/websocket.ts';

export const disconnect = ({ presence }: Pick<CommandDeps, 'presence'>) =>
  onConnection('$disconnect', async ({ caller, event }) => {
    await presence.leave(caller, event.requestContext.connectionId);
    count('ConnectionsClosed');
    return { statusCode: 200 };
  });

export const handler = live(disconnect);
