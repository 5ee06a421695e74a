/** `unsubscribe`: a connection hears a large room no more. Contract: docs/reference/websocket.md#unsubscribe */
import { unsubscribe } from '../../shared/protocol/commands.ts';
import { live, type SocketDeps } from '../../shared/runtime/socket-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const unsubscribeByFrame = ({ places, subscriptions }: Pick<SocketDeps, 'places' | 'subscriptions'>) =>
  onCommand(unsubscribe, async ({ data: { conversationId }, caller }) => {
    await subscriptions.remove(await places.placeOf(caller, conversationId));
    return { event: 'unsubscribed', data: { conversationId } };
  });

export const handler = live(unsubscribeByFrame);
