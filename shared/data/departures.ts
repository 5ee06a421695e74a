import type { Clock } from '../domain/clock.ts';
import { type ConversationState, heirOf, isDirect, type MemberState } from '../domain/conversation.ts';
import { nextRev, revise } from './changes.ts';
import { conversationFrom, memberFrom } from './items.ts';
import { conversationKey, memberKey } from './keys.ts';
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

const membersAtOnce = 1_000;

export const createDepartures = ({ table, clock, limits, members }: Deps) => {
  const { writesOf } = createMembershipChanges({ table, clock, limits });

  const writesToEnd = (tenant: string, conversation: ConversationState, by: string, now: Date): Write[] =>
    revise(table, {
      tenant,
      conversation,
      changes: [{ kind: 'conversation.deleted', at: now.toISOString(), by }],
      set: { deletedAt: now.toISOString(), updatedAt: now.toISOString(), updatedBy: by },
      expiresAt: limits.expiryOf(tenant, now),
    });

  /** Goes through all members, and keeps no more than the best of them: a group may be large. */
  const findHeir = async (tenant: string, conversationId: string, leaver: string): Promise<MemberState | undefined> => {
    let best: MemberState | undefined;
    let user: string | undefined;
    do {
      const { members: some, last } = await members.after(tenant, conversationId, { user, limit: membersAtOnce });
      best = heirOf(best ? [best, ...some] : some, leaver);
      user = last;
    } while (user !== undefined);
    return best;
  };

  return {
    /** A deleted user leaves a group; its last owner hands over, and a group of nobody else ends. Direct conversations stay for the other. Safe to repeat. */
    depart: async (tenant: string, conversationId: string, user: string): Promise<void> => {
      if (isDirect(conversationId)) return;
      let candidate: string | undefined;
      await writeTogether(table, async () => {
        const keys = [user, ...(candidate === undefined ? [] : [candidate])].map((one) =>
          memberKey(tenant, conversationId, one),
        );
        // Whoever comes or goes after this makes the plan out of date.
        const [meta, ...items] = await getMany(table, [conversationKey(tenant, conversationId), ...keys], {
          consistent: true,
        });
        const conversation = meta && conversationFrom(meta);
        const [leaver, known] = items.map((item) => item && memberFrom(item));
        if (!conversation || conversation.deletedAt || !leaver) return nothing;
        const now = clock.now();
        const around = { caller: { tenant, user }, conversation };
        if (leaver.role !== 'owner' || conversation.ownerCount > 1) {
          return {
            writes: writesOf(around, [leaver], stepsOf(leaver, conversation, undefined), now),
            result: undefined,
          };
        }
        const heir = known ?? (await findHeir(tenant, conversationId, user));
        candidate = heir?.userId;
        const writes = heir
          ? writesOf(around, [leaver, heir], stepsOf(leaver, conversation, heir), now)
          : writesToEnd(tenant, conversation, user, now);
        return { writes, result: undefined };
      });
    },
  };
};
export type Departures = ReturnType<typeof createDepartures>;

const nothing = { writes: [], result: undefined };

/** @param heir who becomes owner with it; undefined where another one stays */
const stepsOf = (leaver: MemberState, conversation: ConversationState, heir: MemberState | undefined): Step[] => {
  const rev = nextRev(conversation);
  return [
    ...(heir ? [{ kind: 'member.updated', member: { ...heir, role: 'owner', rev }, owners: 1 } as const] : []),
    {
      kind: 'member.removed',
      member: { ...leaver, rev: heir ? rev + 1 : rev },
      owners: leaver.role === 'owner' ? -1 : 0,
    },
  ];
};
