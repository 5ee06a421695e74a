/** How far people have received and read. Watermarks: one number a person and conversation, never a mark a message. */
import * as z from 'zod';
import { conversationId, sequence, timestamp, userId } from './identifiers.ts';
import { user } from './user.ts';

/** A `receipt.count` shows so many steps: what is older rarely changes, and can be asked for. */
export const mostCountSteps = 50;

const upTo = z
  .int()
  .min(1)
  .max(999_999_999_999)
  .meta({ description: 'Everything up to this number. It has to be taken already.' });

export const receipt = z
  .object({
    conversationId,
    userId,
    lastReadSeq: sequence.meta({
      description:
        'Read up to this number. Of yourself: whether or not others see it. Only ever rises: keep the greatest.',
    }),
    lastDeliveredSeq: sequence.meta({
      description: 'Received up to this number, as others see it; what is read has been received. Only ever rises.',
    }),
  })
  .meta({ id: 'Receipt' });
export type Receipt = z.infer<typeof receipt>;

export const readMark = z
  .strictObject({
    seq: upTo.optional().meta({ description: 'Everything up to this number; all, where it is left out.' }),
  })
  .meta({ id: 'ReadMark' });

export const receiptReadData = readMark.extend({ conversationId }).meta({ id: 'ReceiptRead' });

export const receiptDeliveredData = z.strictObject({ conversationId, seq: upTo }).meta({ id: 'ReceiptDelivered' });

const countSteps = z
  .array(
    z
      .object({ seq: sequence, count: z.int().min(0) })
      .meta({ id: 'CountStep', description: 'The numbers from above the next lower step up to `seq`.' }),
  )
  .max(mostCountSteps)
  .meta({
    description: `How many have, by number, greatest first: of the steps that are not below a message's number the lowest is its own; where there is none, nobody has. The newest ${mostCountSteps}.`,
  });
export type CountStep = z.infer<typeof countSteps>[number];

export const receiptCountData = z
  .object({
    conversationId,
    version: z.int().min(0).meta({
      description:
        'When the members were counted, in milliseconds since 1970. Drop what is not above the one you have.',
    }),
    read: countSteps,
    delivered: countSteps,
  })
  .meta({ id: 'ReceiptCount' });

const receivers = z.array(
  z
    .object({
      userId,
      at: timestamp.nullable().meta({ description: 'null where that is so long ago that it is not kept any more.' }),
    })
    .meta({ id: 'MessageReceipt' }),
);

const people = z.int().min(0).nullable();

/** A page goes by those who received it, by user id; who has read it is among them. */
export const messageReceipts = z
  .object({
    readBy: receivers,
    deliveredTo: receivers,
    readCount: people.meta({ description: 'Of all pages. null in conversations of more than 256 members.' }),
    deliveredCount: people.meta({ description: 'Of all pages. null in conversations of more than 256 members.' }),
    memberCount: people.meta({
      description:
        'Members whom it was sent to and who are still there: without its sender, and without those who joined later. null in conversations of more than 256 members.',
    }),
    users: z.array(user).meta({ description: 'The public part of everybody whom the page names, each once.' }),
    nextCursor: z.string().nullable().meta({ description: 'What `cursor` takes for the next page; null at the end.' }),
    hasMore: z.boolean(),
  })
  .meta({ id: 'MessageReceipts' });
export type MessageReceipts = z.infer<typeof messageReceipts>;
