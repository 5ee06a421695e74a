/** `typing.start`: the other members see that somebody types, for five seconds. Contract: docs/reference/websocket.md#typingstart */
import { typingEnds } from '../../shared/domain/typing.ts';
import { typingStart } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const startTyping = ({ typing }: Pick<CommandDeps, 'typing'>) =>
  onCommand(typingStart, async ({ data: { conversationId }, caller }) => {
    const dataAt = (at: Date) => ({ conversationId, userId: caller.user, expiresAt: typingEnds(at) });
    const toldAt = await typing(caller, conversationId, (at) => ({ event: 'typing.started', data: dataAt(at) }));
    return { event: 'typing.started', data: dataAt(toldAt) };
  });

export const handler = live(startTyping);
