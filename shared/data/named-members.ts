/** Whether those whom a content names are members: their memberships are read along with whatever is read anyway. */
import { candidatesOf, mentionedBy, type Name } from '../domain/mentions.ts';
import { memberFrom } from './items.ts';
import { type Key, memberKey } from './keys.ts';
import type { Item } from './table.ts';

export const candidateKeys = (tenant: string, conversationId: string, names: readonly Name[]): Key[] =>
  candidatesOf(names).map((user) => memberKey(tenant, conversationId, user));

/** @param found what was found by `candidateKeys` */
export const mentionsAmong = (names: readonly Name[], found: readonly (Item | undefined)[]): string[] => {
  const members = new Set(found.flatMap((item) => (item ? [memberFrom(item).userId] : [])));
  return mentionedBy(names, (user) => members.has(user));
};
