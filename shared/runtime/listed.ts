import type { Page } from '../data/cursors.ts';

/** A page as every list shows it. */
export const listed = <Name extends string, Item>(plural: Name, { items, nextCursor }: Page<Item>) =>
  ({ [plural]: items, nextCursor, hasMore: nextCursor !== null }) as Record<Name, Item[]> & {
    nextCursor: string | null;
    hasMore: boolean;
  };
