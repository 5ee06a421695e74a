import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { ConversationState, MemberState } from '../domain/conversation.ts';
import { liveFeedOf } from '../domain/large-rooms.ts';
import type { Standing } from '../domain/permissions.ts';
import { publicMember } from '../domain/receipts.ts';
import { freshly, revise } from './changes.ts';
import { memberFrom, memberItem } from './items.ts';
import { memberKey } from './keys.ts';
import type { Limits } from './limits.ts';
import { type Table, type Write, writeTogether } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
}

export interface Found {
  conversation: ConversationState;
  /** In the order of the users asked for. */
  members: (MemberState | undefined)[];
  /** The caller's. */
  standings: Standing[];
  at: Date;
}

export interface Step {
  kind: 'member.added' | 'member.updated' | 'member.removed';
  member: MemberState;
  /** By how many the owners become more or fewer. */
  owners: number;
}

/** Who changes what; `by` is the caller's user. */
interface Target {
  caller: Pick<Caller, 'tenant' | 'user'>;
  conversation: Pick<ConversationState, 'id'>;
}

export const createMembershipChanges = ({ table, clock, limits }: Deps) => {
  /** Memberships change: their own writes, META's counters and the changes, together or not at all. */
  const change = async <T>(
    { caller, conversation: { id } }: Target & { caller: Caller },
    users: readonly string[],
    decide: (now: Found) => { steps: Step[]; result: T },
  ): Promise<T> =>
    writeTogether(table, async () => {
      const keys = users.map((user) => memberKey(caller.tenant, id, user));
      const { conversation, standings, items } = await freshly(table, caller, id, keys);
      const members = items.map((item) => (item ? memberFrom(item) : undefined));
      const at = clock.now();
      const { steps, result } = decide({ conversation, members, standings, at });
      return { writes: writesOf({ caller, conversation }, members, steps, at), result };
    });

  /**
   * What the steps write. It holds only while conversation and memberships are still those that were found: they were read
   * together, but not at one moment.
   */
  const writesOf = (
    { caller, conversation }: { caller: Target['caller']; conversation: ConversationState },
    found: readonly (MemberState | undefined)[],
    steps: readonly Step[],
    at: Date,
  ): Write[] => {
    if (steps.length === 0) return [];
    const foundRev = new Map(found.map((member) => [member?.userId, member?.rev]));
    const memberCount =
      conversation.memberCount +
      sum(steps.map(({ kind }) => (kind === 'member.added' ? 1 : kind === 'member.removed' ? -1 : 0)));
    const feed = liveFeedOf(conversation, memberCount, limits.of(caller.tenant));
    const filed = { at: at.toISOString(), by: caller.user };
    return [
      ...revise(table, {
        tenant: caller.tenant,
        conversation,
        changes: [
          ...steps.map(({ kind, member }) => ({ ...filed, kind, member: publicMember(member) })),
          ...(feed.live === conversation.live
            ? []
            : [{ ...filed, kind: 'conversation.updated' as const, live: feed.live }]),
        ],
        set: {
          memberCount,
          ownerCount: conversation.ownerCount + sum(steps.map(({ owners }) => owners)),
          ...feed,
          ...(feed.live === conversation.live ? {} : { updatedBy: caller.user }),
        },
        expiresAt: limits.expiryOf(caller.tenant, at),
      }),
      ...steps.map((step) => memberWrite(caller.tenant, conversation, step, foundRev.get(step.member.userId))),
    ];
  };

  const memberWrite = (
    tenant: string,
    conversation: ConversationState,
    { kind, member }: Step,
    foundRev: number | undefined,
  ): Write => {
    const Key = memberKey(tenant, conversation.id, member.userId);
    if (kind === 'member.added') {
      const Item = memberItem(tenant, member, conversation.lastActivityAt);
      return { Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(PK)' } };
    }
    const asFound = {
      TableName: table.name,
      Key,
      ConditionExpression: '#rev = :found',
    };
    if (kind === 'member.removed') {
      return {
        Delete: {
          ...asFound,
          ExpressionAttributeNames: { '#rev': 'rev' },
          ExpressionAttributeValues: { ':found': foundRev },
        },
      };
    }
    return {
      Update: {
        ...asFound,
        UpdateExpression: 'SET #role = :role, #rev = :rev',
        ExpressionAttributeNames: { '#role': 'role', '#rev': 'rev' },
        ExpressionAttributeValues: { ':role': member.role, ':rev': member.rev, ':found': foundRev },
      },
    };
  };

  return { change, writesOf };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
