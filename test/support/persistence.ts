/** Clients that do as the protocol advises: they send the same `clientMessageId` again until it is acked. */
import { randomUUID } from 'node:crypto';
import type { Conversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { Device } from './device.ts';
import type { Person } from './person.ts';

export interface Acked {
  seq: number;
  messageId: string;
  /** 1 where the first attempt was answered. */
  attempts: number;
}

interface Wish {
  conversation: Pick<Conversation, 'id'>;
  content: string;
  clientMessageId?: string;
  /** The rest of the draft. */
  more?: Record<string, unknown>;
}

const patience = 8;

/** Over a socket. The gateway's own refusals name no `id`, so it has one send under way at a time. */
export const insistsOn = async (
  device: Device,
  { conversation, content, clientMessageId = randomUUID(), more }: Wish,
): Promise<Acked> => {
  for (let attempts = 1; attempts <= patience; attempts += 1) {
    const id = randomUUID();
    const before = device.frames.length;
    const data = { conversationId: conversation.id, clientMessageId, content, ...more };
    device.sendsRaw(JSON.stringify({ event: 'message.send', id, data }));
    const answer = await device.hears(
      (frame) => frame.id === id || ('requestId' in frame && device.frames.indexOf(frame) >= before),
      'an answer to a send',
    );
    if (answer.event === 'message.sent') return { ...answer.data, attempts };
  }
  throw new Error(`${patience} attempts were not enough`);
};

/** Over HTTP. */
export const insistsOnPosting = async (
  person: Person,
  { conversation, content, clientMessageId = randomUUID() }: Wish,
): Promise<Acked> => {
  for (let attempts = 1; attempts <= patience; attempts += 1) {
    const path = `/api/conversations/${conversation.id}/messages`;
    const { status, body } = await person.asks<Message>('POST', path, { clientMessageId, content });
    if (status === 201) return { seq: body.seq, messageId: body.id, attempts };
  }
  throw new Error(`${patience} attempts were not enough`);
};
