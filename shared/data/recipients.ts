import type { MemberState } from '../domain/conversation.ts';
import { mostTold, type Occasion, tellsMentionedAlone } from '../domain/notifications.ts';
import type { Signs } from '../domain/presence.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { NotificationLevel, NotificationPreferences } from '../protocol/notification-preferences.ts';
import { devicesIn, type RegisteredDevice } from './devices.ts';
import { type Digest, digestIn } from './digests.ts';
import { signsIn } from './heartbeats.ts';
import {
  conversationFrom,
  isDeletedProfile,
  memberFrom,
  messageFrom,
  preferenceAttribute,
  threadFrom,
} from './items.ts';
import {
  conversationKey,
  devicesKey,
  digestKey,
  heartbeatKey,
  memberKey,
  memberPrefix,
  messageKey,
  presenceKey,
  profileKey,
  threadKey,
} from './keys.ts';
import { preferencesIn } from './notification-preferences.ts';
import { type PresenceFound, presenceFrom } from './presence.ts';
import { getMany, type Item, queryAll, type Table } from './table.ts';

/** A user, as whoever notifies them has to know them. */
export interface Person {
  user: string;
  state: PresenceFound;
  signs: Signs;
  displayName: string | null;
  /** What they chose, or else what the host says. */
  locale: string | null;
  email: string | null;
  /** What they want to be told of where a conversation says nothing else. */
  usual: NotificationLevel;
  preferences: NotificationPreferences;
}

export interface Situation {
  occasion: Occasion & { message: Message };
  /** undefined for who has left. */
  member: MemberState | undefined;
  person: Person;
  sender: Person;
  devices: RegisteredDevice[];
  digest: Digest;
}

/** Who may have to be told of a message, and everything that decides whether they are. */
export const createRecipients = ({ table }: { table: Table }) => ({
  /** A message as it is now. One round trip; two for a reply that stays in its thread. @returns undefined where there is none any more */
  occasionOf: async (
    tenant: string,
    conversationId: string,
    seq: number,
  ): Promise<Situation['occasion'] | undefined> => {
    const keys = [conversationKey(tenant, conversationId), messageKey(tenant, conversationId, seq)];
    const [meta, item] = await getMany(table, keys, { consistent: true });
    const message = item && messageFrom(item);
    if (!meta || !message) return undefined;
    const root = message.inConversation || message.threadId === null ? undefined : placeOfMessage(message.threadId).seq;
    if (root === undefined) return { conversation: conversationFrom(meta), message, participants: [] };
    const [thread, first] = await getMany(table, [
      threadKey(tenant, conversationId, root),
      messageKey(tenant, conversationId, root),
    ]);
    const author = first?.senderId as string | null | undefined;
    const participants = [...(author ? [author] : []), ...(thread ? threadFrom(thread).participants : [])];
    return { conversation: conversationFrom(meta), message, participants };
  },

  /** Every member whom it may concern: all of a conversation that is not large, those whom it mentions of one that is. One round trip. */
  membersFor: async (tenant: string, { conversation, message }: Occasion): Promise<MemberState[]> => {
    if (tellsMentionedAlone(conversation)) {
      const items = await getMany(
        table,
        message.mentions.map((user) => memberKey(tenant, conversation.id, user)),
      );
      return items.flatMap((item) => (item ? [memberFrom(item)] : []));
    }
    const { PK } = conversationKey(tenant, conversation.id);
    const input = {
      KeyConditionExpression: 'PK = :pk AND begins_with(SK, :members)',
      ExpressionAttributeValues: { ':pk': PK, ':members': memberPrefix },
    };
    return (await queryAll(table, input, mostTold)).map(memberFrom);
  },

  /** In the order of `users`, without those who were deleted. One round trip for 33 of them, side by side. */
  peopleOf: async (tenant: string, users: readonly string[]): Promise<Person[]> => {
    const items = await getMany(
      table,
      users.flatMap((user) => personKeys(tenant, user)),
    );
    return users.flatMap((user, i) => {
      const [profile, presence, heartbeat] = items.slice(3 * i);
      return isDeletedProfile(profile) ? [] : [personFrom(user, { profile, presence, heartbeat })];
    });
  },

  /** Everything about one user and one message, as it is now. One round trip. @returns undefined where one of them is gone */
  situationOf: async (
    tenant: string,
    user: string,
    { conversationId, seq, senderId }: { conversationId: string; seq: number; senderId: string },
  ): Promise<Situation | undefined> => {
    const [meta, item, membership, devices, digest, ...people] = await getMany(
      table,
      [
        conversationKey(tenant, conversationId),
        messageKey(tenant, conversationId, seq),
        memberKey(tenant, conversationId, user),
        devicesKey(tenant, user),
        digestKey(tenant, user),
        ...personKeys(tenant, user),
        ...personKeys(tenant, senderId),
      ],
      { consistent: true },
    );
    const [profile, presence, heartbeat, sendersProfile, sendersPresence] = people;
    if (!meta || !item || isDeletedProfile(profile)) return undefined;
    return {
      // Whom a reply concerns has been decided: they are among those.
      occasion: { conversation: conversationFrom(meta), message: messageFrom(item), participants: [user] },
      member: membership && memberFrom(membership),
      person: personFrom(user, { profile, presence, heartbeat }),
      sender: personFrom(senderId, { profile: sendersProfile, presence: sendersPresence, heartbeat: undefined }),
      devices: devicesIn(devices),
      digest: digestIn(digest),
    };
  },

  /** Which of a user's conversations they want to be told of: the level that each membership says. One round trip. */
  levelsIn: async (
    tenant: string,
    user: string,
    conversationIds: readonly string[],
  ): Promise<Pick<MemberState, 'notifications'>[]> => {
    const items = await getMany(
      table,
      conversationIds.map((id) => memberKey(tenant, id, user)),
    );
    return items.map((item) => (item ? memberFrom(item) : {}));
  },
});
export type Recipients = ReturnType<typeof createRecipients>;

const personKeys = (tenant: string, user: string) => [
  profileKey(tenant, user),
  presenceKey(tenant, user),
  heartbeatKey(tenant, user),
];

const personFrom = (
  user: string,
  {
    profile,
    presence,
    heartbeat,
  }: { profile: Item | undefined; presence: Item | undefined; heartbeat: Item | undefined },
): Person => {
  const known = isDeletedProfile(profile) ? undefined : profile;
  const text = (name: string) => (known?.[name] as string | null | undefined) ?? null;
  return {
    user,
    state: presenceFrom(presence, user),
    signs: signsIn(heartbeat),
    displayName: text('displayName'),
    locale: text(preferenceAttribute('locale')) ?? text('locale'),
    email: text('email'),
    usual: (known?.[preferenceAttribute('notifications')] as NotificationLevel | undefined) ?? 'all',
    preferences: preferencesIn(known),
  };
};
