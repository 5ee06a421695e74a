/** `typing.stop`: the other members see it no more. Contract: docs/reference/websocket.md#typingstop */
import { typingStop } from '../../shared/protocol/commands.ts';
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const stopTyping = ({ typing }: Pick<Deps, 'typing'>) =>
  onCommand(typingStop, async ({ data: { conversationId }, caller }) => {
    const frame = { event: 'typing.stopped', data: { conversationId, userId: caller.user } } as const;
    await typing(caller, conversationId, () => frame);
    return frame;
  });

export const handler = live(stopTyping);
