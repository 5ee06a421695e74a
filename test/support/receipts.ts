import type { Conversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { MessageReceipts, Receipt } from '../../shared/protocol/receipts.ts';
import type { Device } from './device.ts';
import type { Person } from './person.ts';

type Room = Pick<Conversation, 'id'>;

/** By frame; everything, where no number is named. */
export const reads = (device: Device, { id: conversationId }: Room, seq?: number): Promise<Receipt> =>
  device.does('receipt.read', { conversationId, ...(seq !== undefined && { seq }) }, 'receipt.updated');

/** By frame. */
export const receives = (device: Device, { id: conversationId }: Room, seq: number): Promise<Receipt> =>
  device.does('receipt.delivered', { conversationId, seq }, 'receipt.updated');

/** Over HTTP. */
export const hasRead = (person: Person, { id }: Room, seq?: number): Promise<Receipt> =>
  person.does('PUT', `/api/conversations/${id}/read`, seq === undefined ? {} : { seq });

export const receiptsOf = (
  person: Person,
  { conversationId, seq }: Pick<Message, 'conversationId' | 'seq'>,
  query = '',
): Promise<MessageReceipts> => person.does('GET', `/api/messages/${conversationId}.${seq}/receipts${query}`);

export const showsReceipts = (person: Person, readReceipts: boolean) =>
  person.does('PATCH', '/api/me', { preferences: { readReceipts } });
