/**
 * `message.send`: a member posts a message. Contract: docs/reference/websocket.md#messagesend
 * Safe to repeat: a sender's `clientMessageId` is stored once. Answered means stored.
 */
import { messageSend } from '../../shared/protocol/commands.ts';
import { live, type SendDeps } from '../../shared/runtime/send-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const sendByFrame = ({ sendMessage }: Pick<SendDeps, 'sendMessage'>) =>
  onCommand(messageSend, async ({ data: { conversationId, ...draft }, caller }) => {
    const message = await sendMessage(caller, conversationId, draft);
    return {
      event: 'message.sent',
      data: { clientMessageId: draft.clientMessageId, messageId: message.id, seq: message.seq },
    };
  });

export const handler = live(sendByFrame);
