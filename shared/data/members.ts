import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../domain/clock.ts';
import { type ConversationState, type MemberState, newMember, requireGroup } from '../domain/conversation.ts';
import { inboxPlaceOf } from '../domain/own-state.ts';
import { addingIn, may, requirePermission } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import { userId as userIdSchema } from '../protocol/identifiers.ts';
import type { MemberRole } from '../protocol/roles.ts';
import { nextRev } from './changes.ts';
import { refuseDeleted } from './conversations.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { inboxFloor, inboxPlace, memberFrom } from './items.ts';
import { conversationKey, memberKey, memberPrefix } from './keys.ts';
import type { Limits } from './limits.ts';
import { createMembershipChanges } from './membership-changes.ts';
import type { Place } from './places.ts';
import { createSubscriptions } from './subscriptions.ts';
import { despiteTransactions, getMany, isConditionFailed, itemThatFailed, queryAll, type Table } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
}

export const createMembers = ({ table, clock, limits }: Deps) => {
  const ofConversation = (tenant: string, conversationId: string) => ({
    KeyConditionExpression: 'PK = :pk AND begins_with(SK, :members)',
    ExpressionAttributeValues: { ':pk': conversationKey(tenant, conversationId).PK, ':members': memberPrefix },
  });

  const { change } = createMembershipChanges({ table, clock, limits });
  const subscriptions = createSubscriptions({ table, clock });

  /** @throws Problem `last_owner` when nobody else would own the group */
  const withdraw = async (
    place: Place,
    userId: string,
    action: 'conversation.leave' | 'members.remove',
  ): Promise<void> => {
    const { rev, shards } = await change(place, [userId], ({ conversation, members: [member], standings }) => {
      requirePermission(standings, action);
      if (!member) throw new Problem('not_found');
      if (action === 'members.remove' && member.role !== 'member' && !may(standings, 'members.removeManager'))
        throw new Problem('forbidden', { detail: 'Only an owner removes admins and owners.' });
      const owners = member.role === 'owner' ? -1 : 0;
      requireOwnerLeft(conversation, owners);
      const removed = { ...member, rev: nextRev(conversation) };
      return {
        steps: [{ kind: 'member.removed', member: removed, owners }],
        result: { ...conversation, rev: removed.rev },
      };
    });
    // At once, however far behind the stream is. What fails here is done by its fan-out.
    if (shards > 0)
      await subscriptions
        .revoke(place.caller.tenant, place.conversation.id, { user: userId, rev, shards })
        .catch(() => undefined);
  };

  const leave = async (place: Place): Promise<void> => {
    requireGroup(place.conversation);
    requirePermission(place.standings, 'conversation.leave');
    await withdraw(place, place.caller.user, 'conversation.leave');
  };

  /** Moves a membership in its user's inbox to the hour of `activityAt`, or out of it with null. Safe to repeat. */
  const placeInInbox = async (tenant: string, member: MemberState, activityAt: string | null): Promise<void> => {
    const place = activityAt === null ? undefined : inboxPlace(tenant, member, activityAt);
    try {
      await despiteTransactions(() =>
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: memberKey(tenant, member.conversationId, member.userId),
            ...(place
              ? {
                  UpdateExpression: 'SET GSI1PK = :pk, GSI1SK = :sk',
                  ConditionExpression: 'GSI1SK < :sk AND GSI1SK > :list',
                  ExpressionAttributeValues: { ':pk': place.GSI1PK, ':sk': place.GSI1SK, ':list': inboxFloor(member) },
                }
              : { UpdateExpression: 'REMOVE GSI1PK, GSI1SK', ConditionExpression: 'attribute_exists(PK)' }),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const item = itemThatFailed(error);
      const now = item && memberFrom(item);
      // It was archived, pinned, or neither any more, a moment ago.
      if (now && inboxPlaceOf(now) !== inboxPlaceOf(member)) await placeInInbox(tenant, now, activityAt);
    }
  };

  return {
    /** Every member, or so many of them; for fan-out. Costs what their bytes cost, consistently read twice that. */
    all: async (
      tenant: string,
      conversationId: string,
      { consistent = false, atMost = Number.POSITIVE_INFINITY } = {},
    ): Promise<MemberState[]> => {
      const input = { ...ofConversation(tenant, conversationId), ConsistentRead: consistent };
      return (await queryAll(table, input, atMost)).map(memberFrom);
    },

    /** Those of some users who are members. */
    among: async (tenant: string, conversationId: string, users: readonly string[]): Promise<MemberState[]> => {
      const keys = users.map((user) => memberKey(tenant, conversationId, user));
      return (await getMany(table, keys, { consistent: true })).flatMap((item) => (item ? [memberFrom(item)] : []));
    },

    /** The members that come after one, by user id: for those who go through all of a large room, some at a time. */
    after: async (
      tenant: string,
      conversationId: string,
      { user, limit }: { user: string | undefined; limit: number },
    ): Promise<{ members: MemberState[]; last: string | undefined }> => {
      const { Items = [], LastEvaluatedKey } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          ...ofConversation(tenant, conversationId),
          Limit: limit,
          ConsistentRead: true,
          ...(user === undefined ? {} : { ExclusiveStartKey: memberKey(tenant, conversationId, user) }),
        }),
      );
      const members = Items.map(memberFrom);
      return { members, last: LastEvaluatedKey ? members.at(-1)?.userId : undefined };
    },

    /** One page, by user id. */
    page: async (
      place: Place,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ): Promise<Page<MemberState>> => {
      const { tenant } = place.caller;
      const scope = `members:${place.conversation.id}`;
      const after = cursor === undefined ? undefined : positionIn(cursor, scope, userIdSchema);
      const answer = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          ...ofConversation(tenant, place.conversation.id),
          // One more than shown tells whether there are more.
          Limit: limit + 1,
          ConsistentRead: true,
          ...(after === undefined ? {} : { ExclusiveStartKey: memberKey(tenant, place.conversation.id, after) }),
        }),
      );
      const found = (answer.Items ?? []).map(memberFrom);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return { items, nextCursor: found.length > limit && last ? cursorOf(scope, last.userId) : null };
    },

    /** Adds all of them or none. Those who are members already stay as they are. */
    add: async (place: Place, users: readonly string[], role: MemberRole): Promise<MemberState[]> => {
      requireGroup(place.conversation);
      const actionIn = ({ settings }: ConversationState) =>
        role === 'member' ? addingIn(settings) : 'members.promote';
      requirePermission(place.standings, actionIn(place.conversation));
      const distinct = [...new Set(users)];
      await refuseDeleted(table, place.caller, distinct);
      return change(place, distinct, ({ conversation, members, standings, at }) => {
        requirePermission(standings, actionIn(conversation));
        const newcomers = distinct
          .filter((_, i) => !members[i])
          .map((user, i) => ({ ...newMember(conversation, user, role, at), rev: nextRev(conversation) + i }));
        requireRoom(conversation, newcomers.length, limits.of(place.caller.tenant).groupSize);
        const present = members.filter((member) => member !== undefined);
        const byUser = new Map([...present, ...newcomers].map((member) => [member.userId, member]));
        return {
          steps: newcomers.map((member) => ({ kind: 'member.added', member, owners: 0 })),
          result: distinct.flatMap((user) => byUser.get(user) ?? []),
        };
      });
    },

    /** Somebody lets themselves into an open group. */
    join: async (place: Place): Promise<MemberState> => {
      if (place.member) return place.member;
      requireGroup(place.conversation);
      return change(place, [place.caller.user], ({ conversation, members: [existing], at }) => {
        if (existing) return { steps: [], result: existing };
        if (!conversation.settings.open) throw new Problem('not_found');
        requireRoom(conversation, 1, limits.of(place.caller.tenant).groupSize);
        const member = { ...newMember(conversation, place.caller.user, 'member', at), rev: nextRev(conversation) };
        return { steps: [{ kind: 'member.added', member, owners: 0 }], result: member };
      });
    },

    /** @throws Problem `last_owner` when nobody else would own the group */
    setRole: async (place: Place, userId: string, role: MemberRole): Promise<MemberState> => {
      requireGroup(place.conversation);
      requirePermission(place.standings, 'members.promote');
      return change(place, [userId], ({ conversation, members: [member], standings }) => {
        requirePermission(standings, 'members.promote');
        if (!member) throw new Problem('not_found');
        if (member.role === role) return { steps: [], result: member };
        const owners = Number(role === 'owner') - Number(member.role === 'owner');
        requireOwnerLeft(conversation, owners);
        const updated = { ...member, role, rev: nextRev(conversation) };
        return { steps: [{ kind: 'member.updated', member: updated, owners }], result: updated };
      });
    },

    /** Somebody is removed by a manager; whoever names themselves leaves. */
    remove: async (place: Place, userId: string): Promise<void> => {
      if (userId === place.caller.user && place.member) return leave(place);
      requireGroup(place.conversation);
      requirePermission(place.standings, 'members.remove');
      await withdraw(place, userId, 'members.remove');
    },

    leave,

    placeInInbox,
  };
};
export type Members = ReturnType<typeof createMembers>;

const requireRoom = (conversation: ConversationState, newcomers: number, groupSize: number): void => {
  if (newcomers > 0 && conversation.memberCount + newcomers > groupSize) {
    throw new Problem('conversation_full', { detail: `At most ${groupSize} members.` });
  }
};

const requireOwnerLeft = (conversation: ConversationState, owners: number): void => {
  if (owners < 0 && conversation.ownerCount + owners < 1) throw new Problem('last_owner');
};
