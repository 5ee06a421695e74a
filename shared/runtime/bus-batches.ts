import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { byteLength } from '../protocol/text.ts';

/** What one PutEvents takes: so many entries, and so many bytes in all of them together. The documented 256 KB are not used to the last. */
export const batchLimits = { entries: 10, bytes: 250 * 1024 };

/** As EventBridge counts it: a time is 14 bytes. */
const sizeOf = ({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: PutEventsRequestEntry): number =>
  [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + byteLength(text), Time ? 14 : 0);

/** In order, each as long as it may be. An entry that is too large by itself has a batch of its own. */
export const batchesOf = <Entry extends PutEventsRequestEntry>(
  entries: readonly Entry[],
  limits = batchLimits,
): Entry[][] => {
  const batches: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = sizeOf(entry);
    const batch = batches.at(-1);
    if (batch && batch.length < limits.entries && bytes + size <= limits.bytes) {
      batch.push(entry);
      bytes += size;
    } else {
      batches.push([entry]);
      bytes = size;
    }
  }
  return batches;
};
