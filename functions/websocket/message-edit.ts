/** `message.edit`: a sender changes a message of theirs. Contract: docs/reference/websocket.md#messageedit */
import { messageEdit } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const editByFrame = ({ editMessage }: Pick<CommandDeps, 'editMessage'>) =>
  onCommand(messageEdit, async ({ data: { messageId, ...edit }, caller }) => ({
    event: 'message.updated',
    data: await editMessage(caller, messageId, edit),
  }));

export const handler = live(editByFrame);
