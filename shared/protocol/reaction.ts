import * as z from 'zod';
import { emoji } from './emoji.ts';
import { conversationId, messageId, sequence, userId } from './identifiers.ts';

/** How many of those who reacted with an emoji are named along with it. */
export const namedAtMost = 10;

export const reactionSummary = z
  .object({
    emoji,
    count: z.int().min(1),
    userIds: z
      .array(userId)
      .min(1)
      .max(namedAtMost)
      .meta({
        description: `Who reacted with it, by user id: the first ${namedAtMost}. All of them are a list of its own.`,
      }),
  })
  .meta({ id: 'ReactionSummary' });
export type ReactionSummary = z.infer<typeof reactionSummary>;

export const reactions = z
  .array(reactionSummary)
  .meta({ description: 'The most frequent first. Nobody reacts to what is deleted: a tombstone shows none.' });

export const reactionsVersion = z
  .int()
  .min(0)
  .meta({ description: 'Counts the states of the reactions to this message; 0 while nobody has reacted.' });

/** One person's reaction came or went, and what all of them are by now. */
export const reactionChange = z
  .object({
    conversationId,
    messageId,
    rev: sequence.meta({
      description: 'The revision of the conversation that brought this state; 0 where there was never a reaction.',
    }),
    emoji,
    userId,
    version: reactionsVersion,
    reactions,
  })
  .meta({ id: 'ReactionChange' });
export type ReactionChange = z.infer<typeof reactionChange>;

/** Who reacted, and with what. */
export const reaction = z.object({ emoji, userId }).meta({ id: 'Reaction' });
export type Reaction = z.infer<typeof reaction>;

export const reactionAddition = z.strictObject({ emoji }).meta({ id: 'ReactionAddition' });
