import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { type ConversationState, type MemberState, ownView } from '../domain/conversation.ts';
import { type OwnChange, ownPatched, unreadCleared, unreadMarked } from '../domain/own-state.ts';
import { requirePermission } from '../domain/permissions.ts';
import type { OwnConversation } from '../protocol/conversation.ts';
import { Problem } from '../protocol/errors.ts';
import type { OwnStatePatch } from '../protocol/own-state.ts';
import { inboxPlace, memberFrom } from './items.ts';
import { memberKey } from './keys.ts';
import type { Places } from './places.ts';
import { type Item, type Table, writeFreshly } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  places: Places;
}

/**
 * Each state of what a member keeps has a greater version than the one before, so that clients can tell late news. `news` says whether
 * the membership's last change is to be told live, which the stream's filter reads: see `memberships` in infra/stacks/events-stack.ts.
 */
export const nextOwnVersion = {
  set: 'ownVersion = if_not_exists(ownVersion, :zero) + :one, news = :news',
  values: { ':zero': 0, ':one': 1, ':news': 'told' },
} as const;

/** What a member keeps of a conversation for themselves. Two devices that change different things at once both succeed. */
export const createOwnStates = ({ table, clock, places }: Deps) => {
  const change = (
    caller: Caller,
    conversationId: string,
    decide: (member: MemberState, conversation: ConversationState, now: Date) => OwnChange,
  ): Promise<OwnConversation> =>
    writeFreshly(async () => {
      const Key = memberKey(caller.tenant, conversationId, caller.user);
      const { place, rest } = await places.placeWith(caller, conversationId, { more: [Key] });
      requirePermission(place.standings, 'ownState.change');
      const { conversation, member } = place;
      const [found] = rest;
      if (!member || !found) throw new Problem('forbidden');
      const now = clock.now();
      const fields = changedFields(found, decide(member, conversation, now));
      if (fields.length === 0) return ownView(conversation, member, now);
      const placed = placeAfter(caller.tenant, conversation, found, fields);
      const { Attributes } = await table.client.send(
        new UpdateCommand({ TableName: table.name, Key, ...updateOf([...fields, ...placed], found) }),
      );
      return ownView(conversation, memberFrom(Attributes ?? found), now);
    });

  return {
    /** What is left out stays. Safe to repeat: what is so already is not written. */
    patch: (caller: Caller, conversationId: string, patch: OwnStatePatch): Promise<OwnConversation> =>
      change(caller, conversationId, (member, _, now) => ownPatched(member, patch, now)),

    /** Until they read or post. Watermarks stay. Safe to repeat. */
    markUnread: (caller: Caller, conversationId: string): Promise<OwnConversation> =>
      change(caller, conversationId, (member, { seq }) => unreadMarked(member, seq)),

    /** What reading does too, however little there was to read. Safe to repeat. */
    clearUnread: (caller: Caller, conversationId: string): Promise<OwnConversation> =>
      change(caller, conversationId, (member) => unreadCleared(member)),
  };
};
export type OwnStates = ReturnType<typeof createOwnStates>;

type Field = [name: string, value: unknown];

const changedFields = (found: Item, change: OwnChange): Field[] =>
  Object.entries(change).filter(([name, value]) => value !== (found[name] ?? null));

/** Archiving and pinning move it in the inbox. */
const placeAfter = (
  tenant: string,
  conversation: ConversationState,
  found: Item,
  fields: readonly Field[],
): Field[] => {
  const next = memberFrom({
    ...found,
    ...Object.fromEntries(fields.map(([name, value]) => [name, value ?? undefined])),
  });
  const { GSI1SK } = inboxPlace(tenant, next, conversation.lastActivityAt);
  const moves = fields.some(([name]) => name === 'archivedAt' || name === 'pinnedAt');
  return moves && GSI1SK !== found.GSI1SK ? [['GSI1SK', GSI1SK]] : [];
};

/** Holds while the membership is where it was found: the hourly refresh of the inbox may be moving it. */
const updateOf = (fields: readonly Field[], found: Item) => {
  const set = fields.filter(([, value]) => value !== null);
  const gone = fields.filter(([, value]) => value === null);
  return {
    UpdateExpression: [
      `SET ${[nextOwnVersion.set, ...set.map(([name]) => `${name} = :${name}`)].join(', ')}`,
      ...(gone.length > 0 ? [`REMOVE ${gone.map(([name]) => name).join(', ')}`] : []),
    ].join(' '),
    ConditionExpression: 'GSI1SK = :found',
    ExpressionAttributeValues: {
      ...nextOwnVersion.values,
      ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
      ':found': found.GSI1SK,
    },
    ReturnValues: 'ALL_NEW',
  } as const;
};
