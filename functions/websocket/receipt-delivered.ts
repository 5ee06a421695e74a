/** `receipt.delivered`: a device has received up to a number. Contract: docs/reference/websocket.md#receiptdelivered */
import { receiptDelivered } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const deliveredByFrame = ({ places, receipts }: Pick<CommandDeps, 'places' | 'receipts'>) =>
  onCommand(receiptDelivered, async ({ data, caller }) => {
    const place = await places.placeOf(caller, data.conversationId);
    return { event: 'receipt.updated', data: await receipts.raise(place, { delivered: data.seq }) };
  });

export const handler = live(deliveredByFrame);
