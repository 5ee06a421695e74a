/** `typing.stop`: the other members see it no more. Contract: docs/reference/websocket.md#typingstop */
import { typingStop } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const stopTyping = ({ typing }: Pick<CommandDeps, 'typing'>) =>
  onCommand(typingStop, async ({ data: { conversationId }, caller }) => {
    const frame = { event: 'typing.stopped', data: { conversationId, userId: caller.user } } as const;
    await typing(caller, conversationId, () => frame);
    return frame;
  });

export const handler = live(stopTyping);
