/** `message.delete`: a sender or an admin deletes a message; a tombstone stays. Contract: docs/reference/websocket.md#messagedelete */
import { messageDelete } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const deleteByFrame = ({ messages }: Pick<CommandDeps, 'messages'>) =>
  onCommand(messageDelete, async ({ data, caller }) => ({
    event: 'message.deleted',
    data: await messages.remove(caller, data.messageId),
  }));

export const handler = live(deleteByFrame);
