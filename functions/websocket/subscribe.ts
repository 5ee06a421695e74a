/**
 * `subscribe`: a connection hears a large room live. Contract: docs/reference/websocket.md#subscribe
 * Answered means that whatever is numbered above the answer's `seq` and `rev` will be told here.
 */
import { subscribe } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const subscribeByFrame = ({ subscriptions }: Pick<CommandDeps, 'subscriptions'>) =>
  onCommand(subscribe, async ({ data: { conversationId }, caller }) => ({
    event: 'subscribed',
    data: { conversationId, ...(await subscriptions.add(caller, conversationId)) },
  }));

export const handler = live(subscribeByFrame);
