import type { Clock } from '../domain/clock.ts';
import { heirOf, isDirect, type MemberState } from '../domain/conversation.ts';
import { freshly, nextRev, revise } from './changes.ts';
import { conversationFrom } from './items.ts';
import { conversationKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Members } from './members.ts';
import { createMembershipChanges, type Step } from './membership-changes.ts';
import { getMany, type Table, writeTogether } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  members: Members;
}

export const createDepartures = ({ table, clock, limits, members }: Deps) => {
  const change = createMembershipChanges({ table, clock, limits });

  const end = (tenant: string, conversationId: string, by: string): Promise<void> =>
    writeTogether(table, async () => {
      const { conversation } = await freshly(table, tenant, conversationId, []);
      const now = clock.now();
      const at = now.toISOString();
      const writes = revise(table, {
        tenant,
        conversation,
        changes: [{ kind: 'conversation.deleted', at, by }],
        set: { deletedAt: at, updatedAt: at },
        expiresAt: limits.expiryOf(tenant, now),
      });
      return { writes, result: undefined };
    });

  return {
    /** A deleted user leaves a group; its last owner hands over, and a group of nobody else ends. Direct conversations stay for the other. Safe to repeat. */
    depart: async (tenant: string, conversationId: string, user: string): Promise<void> => {
      if (isDirect(conversationId)) return;
      const [meta] = await getMany(table, [conversationKey(tenant, conversationId)], { consistent: true });
      if (!meta || conversationFrom(meta).deletedAt) return;
      const everybody = await members.all(tenant, conversationId);
      if (!everybody.some((one) => one.userId === user)) return;
      const heir = heirOf(everybody, user);
      if (!heir) return end(tenant, conversationId, user);
      const target = { caller: { tenant, user }, conversation: { id: conversationId } };
      await change(target, [user, heir.userId], ({ conversation, members: [leaver, successor] }) => {
        if (!leaver) return { steps: [], result: undefined };
        return { steps: stepsOf(leaver, conversation.ownerCount, successor, nextRev(conversation)), result: undefined };
      });
    },
  };
};
export type Departures = ReturnType<typeof createDepartures>;

const stepsOf = (leaver: MemberState, ownerCount: number, successor: MemberState | undefined, rev: number): Step[] => {
  const handsOver = leaver.role === 'owner' && ownerCount === 1 && successor;
  return [
    ...(handsOver
      ? [{ kind: 'member.updated', member: { ...successor, role: 'owner', rev }, owners: 1 } as const]
      : []),
    {
      kind: 'member.removed',
      member: { ...leaver, rev: handsOver ? rev + 1 : rev },
      owners: leaver.role === 'owner' ? -1 : 0,
    },
  ];
};
