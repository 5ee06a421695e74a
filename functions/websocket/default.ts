/** `$default`: a frame that no command's route took. Says what is wrong with it. */
import { onConnection, unrouted } from '../../shared/runtime/websocket.ts';

export const handler = onConnection('$default', async ({ event }) => {
  throw unrouted(event.body);
});
