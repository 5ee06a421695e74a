import type { User } from '../protocol/user.ts';
import { isDeletedProfile } from './items.ts';
import { profileKey } from './keys.ts';
import { getMany, type Item, type Table } from './table.ts';

/** What others may see of users. */
export const createProfiles = (table: Table) => ({
  /**
   * Of many users, each once, in their order: one round trip. Whom the host never synced, or deleted, has neither name nor picture;
   * lists show them all the same.
   */
  publicOf: async (tenant: string, users: readonly string[]): Promise<User[]> => {
    const distinct = [...new Set(users)];
    const items = await getMany(
      table,
      distinct.map((user) => profileKey(tenant, user)),
    );
    return distinct.map((user, i) => publicFrom(user, items[i]));
  },
});
export type Profiles = ReturnType<typeof createProfiles>;

/** @param item undefined for whom the host never synced */
export const publicFrom = (id: string, item: Item | undefined): User => {
  const known = isDeletedProfile(item) ? undefined : item;
  return {
    id,
    displayName: (known?.displayName as string | undefined) ?? null,
    avatarUrl: (known?.avatarUrl as string | undefined) ?? null,
  };
};
