import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deletedUser, requirePermission } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import {
  asUsual,
  type ConversationNotifications,
  type NotificationLevel,
  type NotificationPreferences,
} from '../protocol/notification-preferences.ts';
import { isDeletedProfile, notificationPreferencesAttribute } from './items.ts';
import { memberKey, profileKey } from './keys.ts';
import type { Place, Places } from './places.ts';
import { despiteTransactions, getMany, type Item, isConditionFailed, type Table } from './table.ts';

/** How users want to be told of messages: on their profiles, and for one conversation on their memberships. */
export const createNotificationPreferences = ({
  table,
  clock,
  places,
}: {
  table: Table;
  clock: Clock;
  places: Places;
}) => {
  /** What a member keeps for themselves, as `own-states.ts` has it. */
  const ownPlace = async (caller: Caller, conversationId: string) => {
    const place = await places.placeOf(caller, conversationId);
    requirePermission(place.standings, 'ownState.change');
    if (!place.member) throw new Problem('forbidden');
    return place as Place & { member: NonNullable<Place['member']> };
  };

  return {
    /** @throws Problem `forbidden` to a deleted user */
    own: async ({ tenant, user }: Caller): Promise<NotificationPreferences> => {
      const [profile] = await getMany(table, [profileKey(tenant, user)], { consistent: true });
      if (isDeletedProfile(profile)) throw deletedUser();
      return preferencesIn(profile);
    },

    /** As a whole. Safe to repeat. @throws Problem `forbidden` to a deleted user */
    put: async ({ tenant, user }: Caller, chosen: NotificationPreferences): Promise<NotificationPreferences> => {
      const write = new UpdateCommand({
        TableName: table.name,
        Key: profileKey(tenant, user),
        UpdateExpression: 'SET #preferences = :chosen, updatedAt = :now, createdAt = if_not_exists(createdAt, :now)',
        ConditionExpression: 'attribute_not_exists(deletedAt)',
        ExpressionAttributeNames: { '#preferences': notificationPreferencesAttribute },
        ExpressionAttributeValues: { ':chosen': chosen, ':now': clock.now().toISOString() },
      });
      try {
        await despiteTransactions(() => table.client.send(write));
        return chosen;
      } catch (error) {
        throw isConditionFailed(error) ? deletedUser() : error;
      }
    },

    ofConversation: async (caller: Caller, conversationId: string): Promise<ConversationNotifications> => {
      const { member } = await ownPlace(caller, conversationId);
      return { conversationId, notifications: member.notifications ?? null };
    },

    /** Safe to repeat. */
    putOfConversation: async (
      caller: Caller,
      conversationId: string,
      notifications: NotificationLevel | null,
    ): Promise<ConversationNotifications> => {
      await ownPlace(caller, conversationId);
      const write = new UpdateCommand({
        TableName: table.name,
        Key: memberKey(caller.tenant, conversationId, caller.user),
        UpdateExpression: notifications === null ? 'REMOVE notifications' : 'SET notifications = :level',
        ConditionExpression: 'attribute_exists(PK)',
        ...(notifications !== null && { ExpressionAttributeValues: { ':level': notifications } }),
      });
      try {
        await despiteTransactions(() => table.client.send(write));
        return { conversationId, notifications };
      } catch (error) {
        throw isConditionFailed(error) ? new Problem('not_found') : error;
      }
    },
  };
};
export type NotificationPreferencesData = ReturnType<typeof createNotificationPreferences>;

/** @param profile the item, if there is one */
export const preferencesIn = (profile: Item | undefined): NotificationPreferences => ({
  ...asUsual,
  ...(profile?.[notificationPreferencesAttribute] as Partial<NotificationPreferences> | undefined),
});
