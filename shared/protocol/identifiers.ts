/** Ids, as they appear on the wire. */
import * as z from 'zod';
import { text } from './text.ts';

/** A host application. Named by token issuers and settings, never by a request. */
export const tenantName = text({ max: 128, maxBytes: 512 });

/** The host's own id of a user: the token's `sub`. Opaque to us: any printable text of up to 128 characters. */
export const userId = text({ max: 128, maxBytes: 512 }).meta({
  description: "The host's own id of a user; the token's `sub`.",
  examples: ['ada'],
});

export const conversationId = z
  .string()
  .regex(/^[dg]-[A-Za-z0-9_-]{22}$/, 'is not a conversation id')
  .meta({
    description:
      'Starts with `d-` for a direct conversation, which is derived from its two users, and `g-` for a group.',
    examples: ['g-5TxSCA9jRrmBc3sYsmpfjg'],
  });

/** `<conversationId>.<seq>`: a message id carries its place, so that looking one up needs no index. */
export const messageId = z
  .string()
  .regex(/^[dg]-[A-Za-z0-9_-]{22}\.[1-9][0-9]{0,11}$/, 'is not a message id')
  .meta({ description: '`<conversationId>.<seq>`', examples: ['g-5TxSCA9jRrmBc3sYsmpfjg.42'] });

/** Chosen by the sender, unique among their sends to the conversation for 24 hours. */
export const clientMessageId = text({ max: 64, maxBytes: 256 }).meta({
  description: 'Chosen by the sender. A send repeated with the same one within 24 hours is stored once.',
  examples: ['01JD8W5Q5Z'],
});

/** Twelve digits, as sort keys have them. */
export const greatestSequence = 999_999_999_999;
export const sequence = z.int().min(0).max(greatestSequence);

/** Tells the newer of two states of what somebody keeps for themselves. It says nothing else, and may leave numbers out. */
export const stateVersion = z.int().min(0);

export const timestamp = z.iso
  .datetime({ error: 'must be a time in UTC, as ISO 8601 has it' })
  .meta({ description: 'ISO 8601 in UTC', examples: ['2026-11-21T12:00:00.000Z'] });

export const messageIdOf = (conversation: string, seq: number): string => `${conversation}.${seq}`;

/** @param id a valid message id */
export const placeOfMessage = (id: string): { conversationId: string; seq: number } => {
  const dot = id.lastIndexOf('.');
  return { conversationId: id.slice(0, dot), seq: Number(id.slice(dot + 1)) };
};
