import type { Clock } from '../domain/clock.ts';
import { type ConversationState, heirOf, isDirect, type MemberState } from '../domain/conversation.ts';
import { nextRev, revise } from './changes.ts';
import { conversationFrom } from './items.ts';
import { conversationKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Members } from './members.ts';
import { createMembershipChanges, type Step } from './membership-changes.ts';
import { getMany, type Table, type Write, writeTogether } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  members: Members;
}

export const createDepartures = ({ table, clock, limits, members }: Deps) => {
  const { writesOf } = createMembershipChanges({ table, clock, limits });

  const writesToEnd = (tenant: string, conversation: ConversationState, by: string, now: Date): Write[] =>
    revise(table, {
      tenant,
      conversation,
      changes: [{ kind: 'conversation.deleted', at: now.toISOString(), by }],
      set: { deletedAt: now.toISOString(), updatedAt: now.toISOString() },
      expiresAt: limits.expiryOf(tenant, now),
    });

  return {
    /** A deleted user leaves a group; its last owner hands over, and a group of nobody else ends. Direct conversations stay for the other. Safe to repeat. */
    depart: async (tenant: string, conversationId: string, user: string): Promise<void> => {
      if (isDirect(conversationId)) return;
      await writeTogether(table, async () => {
        // META first: whoever comes or goes after it makes this plan out of date.
        const [meta] = await getMany(table, [conversationKey(tenant, conversationId)], { consistent: true });
        const conversation = meta && conversationFrom(meta);
        if (!conversation || conversation.deletedAt) return nothing;
        const everybody = await members.all(tenant, conversationId, { consistent: true });
        const leaver = everybody.find((one) => one.userId === user);
        if (!leaver) return nothing;
        const now = clock.now();
        const heir = heirOf(everybody, user);
        const writes = heir
          ? writesOf({ caller: { tenant, user }, conversation }, everybody, stepsOf(leaver, conversation, heir), now)
          : writesToEnd(tenant, conversation, user, now);
        return { writes, result: undefined };
      });
    },
  };
};
export type Departures = ReturnType<typeof createDepartures>;

const nothing = { writes: [], result: undefined };

const stepsOf = (leaver: MemberState, conversation: ConversationState, heir: MemberState): Step[] => {
  const rev = nextRev(conversation);
  const handsOver = leaver.role === 'owner' && conversation.ownerCount === 1;
  return [
    ...(handsOver ? [{ kind: 'member.updated', member: { ...heir, role: 'owner', rev }, owners: 1 } as const] : []),
    {
      kind: 'member.removed',
      member: { ...leaver, rev: handsOver ? rev + 1 : rev },
      owners: leaver.role === 'owner' ? -1 : 0,
    },
  ];
};
