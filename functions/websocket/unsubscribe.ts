/** `unsubscribe`: a connection hears a large room no more. Contract: docs/reference/websocket.md#unsubscribe */
import { unsubscribe } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const unsubscribeByFrame = ({ places, subscriptions }: Pick<CommandDeps, 'places' | 'subscriptions'>) =>
  onCommand(unsubscribe, async ({ data: { conversationId }, caller }) => {
    await subscriptions.remove(await places.placeOf(caller, conversationId));
    return { event: 'unsubscribed', data: { conversationId } };
  });

export const handler = live(unsubscribeByFrame);
