import type { Item } from './table.ts';

/** What a sender holds of a send: the number that its message has or will have. */
export interface SendReceipt {
  seq: number;
  /** Connections that know of it already and are not told again: the one that has its answer, and those the sender posted to. */
  told: string[];
}

export const sendReceiptFrom = (item: Item): SendReceipt => ({ seq: Number(item.seq), told: item.told as string[] });
