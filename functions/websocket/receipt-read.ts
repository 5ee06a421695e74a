/** `receipt.read`: a member has read up to a number, or everything. Two round trips. Contract: docs/reference/websocket.md#receiptread */
import { receiptRead } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const readByFrame = ({ places, receipts }: Pick<CommandDeps, 'places' | 'receipts'>) =>
  onCommand(receiptRead, async ({ data, caller }) => {
    const place = await places.placeOf(caller, data.conversationId);
    return {
      event: 'receipt.updated',
      data: await receipts.raise(place, { read: data.seq ?? place.conversation.seq }),
    };
  });

export const handler = live(readByFrame);
