/** `message.edit`: a sender changes a message of theirs. Contract: docs/reference/websocket.md#messageedit */
import { messageEdit } from '../../shared/protocol/commands.ts';
import { live, type SocketDeps } from '../../shared/runtime/socket-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const editByFrame = ({ editMessage }: Pick<SocketDeps, 'editMessage'>) =>
  onCommand(messageEdit, async ({ data: { messageId, ...edit }, caller }) => ({
    event: 'message.updated',
    data: await editMessage(caller, messageId, edit),
  }));

export const handler = live(editByFrame);
