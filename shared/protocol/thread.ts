import * as z from 'zod';
import { conversationId, messageId, sequence, timestamp, userId } from './identifiers.ts';

/** How many of those who reply are named. */
export const shownParticipants = 10;

/** What is the same for everybody who sees a thread. */
export const threadSummary = z
  .object({
    version: sequence.meta({ description: 'Counts the states of this summary; the greater one is the newer.' }),
    replyCount: z.int().min(0).meta({ description: 'Without those that were deleted.' }),
    lastReplySeq: sequence.nullable().meta({ description: 'Of the last that was posted, deleted or not.' }),
    lastReplyAt: timestamp.nullable(),
    participants: z
      .array(userId)
      .max(shownParticipants)
      .meta({ description: `The first ${shownParticipants} who replied.` }),
  })
  .meta({ id: 'ThreadSummary' });
export type ThreadSummary = z.infer<typeof threadSummary>;

/** A thread as one of those who may read it sees it beside its root. */
export const ownThreadSummary = threadSummary
  .extend({ lastReadSeq: sequence.meta({ description: 'Up to where you have read it; 0 where you have not.' }) })
  .meta({ id: 'OwnThreadSummary' });
export type OwnThreadSummary = z.infer<typeof ownThreadSummary>;

/** The thread of replies that somebody missed, as it is now. */
export const missedThread = ownThreadSummary.extend({ threadId: messageId }).meta({ id: 'MissedThread' });
export type MissedThread = z.infer<typeof missedThread>;

/** How many replies are looked at to count the unread ones. */
export const unreadLookAhead = 100;

/** A thread as one of those who may read it sees it beside its replies. */
export const ownThread = ownThreadSummary
  .extend({
    unreadCount: z
      .int()
      .min(0)
      .meta({
        description: `Replies of others that you have not read, among the ${unreadLookAhead} after \`lastReadSeq\`.`,
      }),
  })
  .meta({ id: 'OwnThread' });
export type OwnThread = z.infer<typeof ownThread>;

export const threadReadRequest = z
  .strictObject({ seq: sequence.optional().meta({ description: 'Everything up to this number; all, without one.' }) })
  .meta({ id: 'ThreadReadRequest' });

/** Up to where somebody has read a thread. Only rises. */
export const threadWatermark = z
  .object({ conversationId, threadId: messageId, lastReadSeq: sequence })
  .meta({ id: 'ThreadWatermark' });
export type ThreadWatermark = z.infer<typeof threadWatermark>;
