/** `receipt.delivered`: a device has received up to a number. Contract: docs/reference/websocket.md#receiptdelivered */
import { receiptDelivered } from '../../shared/protocol/commands.ts';
import { live, type SocketDeps } from '../../shared/runtime/socket-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const deliveredByFrame = ({ places, receipts }: Pick<SocketDeps, 'places' | 'receipts'>) =>
  onCommand(receiptDelivered, async ({ data, caller }) => {
    const place = await places.placeOf(caller, data.conversationId);
    return { event: 'receipt.updated', data: await receipts.raise(place, { delivered: data.seq }) };
  });

export const handler = live(deliveredByFrame);
