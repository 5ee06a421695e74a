/**
 * Lists are `{ "<plural>": […], "users": […], "nextCursor": string | null, "hasMore": boolean }`, walked with `?limit=` and
 * `?cursor=`.
 */
import * as z from 'zod';
import { user } from './user.ts';

export const pageSize = { default: 50, max: 100 };

/** A whole number in a query, written in digits and nothing else. */
export const queryNumber = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  );

/** `true` or `false` in a query. */
export const queryFlag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean(),
);

/** `?limit=` and `?cursor=` of every list. A cursor is opaque and belongs to the list that gave it. */
export const pageQuery = z.strictObject({
  limit: queryNumber(1, pageSize.max).default(pageSize.default).meta({ description: 'How many at most.' }),
  cursor: z.string().min(1).max(1024).optional().meta({ description: 'The `nextCursor` of the page before.' }),
});

export const listOf = <Name extends string, Item extends z.ZodType>(plural: Name, item: Item) =>
  z.object({
    ...({ [plural]: z.array(item) } as Record<Name, z.ZodArray<Item>>),
    users: z.array(user).meta({
      description:
        'The public part of everybody whom the page shows, each once. Who has no profile, or was deleted, has neither name nor picture.',
    }),
    nextCursor: z.string().nullable().meta({ description: 'What `cursor` takes for the next page; null at the end.' }),
    hasMore: z.boolean(),
  });
