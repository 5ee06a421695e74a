import type { Page } from '../data/cursors.ts';
import type { User } from '../protocol/user.ts';

/** A page as every list shows it, with those whom it shows. */
export const listed = <Name extends string, Item>(plural: Name, { items, nextCursor }: Page<Item>, users: User[]) =>
  ({ [plural]: items, users, nextCursor, hasMore: nextCursor !== null }) as Record<Name, Item[]> & {
    users: User[];
    nextCursor: string | null;
    hasMore: boolean;
  };
