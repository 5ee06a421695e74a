/** Parley's access patterns on a real engine, as the tests of this folder ask for them. */
import { randomUUID } from 'node:crypto';
import { createBlocks } from '../../../shared/data/blocks.ts';
import { createConversations } from '../../../shared/data/conversations.ts';
import { createDepartures } from '../../../shared/data/departures.ts';
import { createHeartbeats } from '../../../shared/data/heartbeats.ts';
import { createHistory, type Direction } from '../../../shared/data/history.ts';
import { createInbox } from '../../../shared/data/inbox.ts';
import { createLimits, type TenantLimits } from '../../../shared/data/limits.ts';
import { createMembers } from '../../../shared/data/members.ts';
import { createMessages } from '../../../shared/data/messages.ts';
import { createPlaces } from '../../../shared/data/places.ts';
import { createPresence } from '../../../shared/data/presence.ts';
import { createProfiles } from '../../../shared/data/profiles.ts';
import { createRateLimits } from '../../../shared/data/rate-limits.ts';
import { createReactions } from '../../../shared/data/reactions.ts';
import { createReceipts } from '../../../shared/data/receipts.ts';
import { createSends } from '../../../shared/data/sends.ts';
import { createSubscriptions } from '../../../shared/data/subscriptions.ts';
import { createSync } from '../../../shared/data/sync.ts';
import type { Table } from '../../../shared/data/table.ts';
import { createTickets } from '../../../shared/data/tickets.ts';
import { createTurns } from '../../../shared/data/turns.ts';
import { createUsers } from '../../../shared/data/users.ts';
import type { Caller } from '../../../shared/domain/caller.ts';
import { type Clock, epochSeconds } from '../../../shared/domain/clock.ts';
import type { ConversationCreate } from '../../../shared/protocol/conversation.ts';
import type { Draft, Message, ShownMessage } from '../../../shared/protocol/message.ts';
import type { TenantRole } from '../../../shared/protocol/roles.ts';
import { asSaid } from '../../support/as-said.ts';
import { aTable, type Between } from '../../support/table.ts';

export const usualLimits: TenantLimits = {
  groupSize: 256,
  messagesPerMinute: 30,
  retentionDays: 90,
  fastLaneConnections: 10,
  largeRoomAbove: 256,
  shardSize: 1_000,
  reactions: [],
};

/** One instance: all access patterns over one view of the table. */
const instanceOver = (table: Table, clock: Clock, tenantLimits: TenantLimits) => {
  const limits = createLimits({ default: tenantLimits, tenants: {} });
  const places = createPlaces(table);
  const deps = { table, clock, limits, places };
  const members = createMembers(deps);
  const sends = createSends(deps);
  const history = createHistory(deps);
  return {
    limits,
    places,
    members,
    sends,
    history,
    conversations: createConversations(deps),
    departures: createDepartures({ ...deps, members }),
    messages: createMessages(deps),
    reactions: createReactions(deps),
    receipts: createReceipts({ ...deps, members }),
    inbox: createInbox(deps),
    sync: createSync({ ...deps, members }),
    users: createUsers(deps),
    profiles: createProfiles(table),
    blocks: createBlocks(deps),
    presence: createPresence(deps),
    heartbeats: createHeartbeats(deps),
    subscriptions: createSubscriptions(deps),
    tickets: createTickets(deps),
    rateLimits: createRateLimits(deps),
    turns: createTurns(deps),

    /** A send from its first read to its last write. */
    send: async (caller: Caller, conversationId: string, draft: Draft): Promise<Message> => {
      const { place, earlier } = await sends.enter(caller, conversationId, draft.clientMessageId);
      return sends.append(place, draft, earlier);
    },

    /** One page of the history, newest first. */
    read: async (caller: Caller, conversationId: string, direction: Direction = { limit: 100 }) => {
      const [place, stretch] = await Promise.all([
        places.placeOf(caller, conversationId),
        history.stretch(caller.tenant, conversationId, direction),
      ]);
      return history.page(place, stretch);
    },
  };
};
export type Instance = ReturnType<typeof instanceOver>;

export const draftOf = (content: string, more: Partial<Draft> = {}): Draft => ({
  clientMessageId: randomUUID(),
  content,
  contentType: 'text/plain',
  attachments: [],
  replyTo: null,
  ...more,
});

/** A chat for the calling test file, with a tenant of its own for each test. */
export const aParley = (limits: Partial<TenantLimits> = {}) => {
  const given = aTable();
  const tenantLimits = { ...usualLimits, ...limits };

  const caller = (
    user: string,
    { roles = ['member'], connectionId }: { roles?: TenantRole[]; connectionId?: string } = {},
  ): Caller => ({
    tenant: given.tenant,
    user,
    roles,
    expiresAt: epochSeconds(given.clock.now()) + 3_600,
    connectionId,
  });

  const parley = {
    given,
    caller,
    /** Another instance, with somebody between it and the engine. */
    through: (between: Between): Instance => instanceOver(given.through(between), given.clock, tenantLimits),
    get instance(): Instance {
      return instanceOver(given.table, given.clock, tenantLimits);
    },

    /** @returns its id; the first user owns it */
    aGroup: async (
      [owner = 'ada', ...others]: readonly string[] = ['ada'],
      more: Partial<ConversationCreate> = {},
    ): Promise<string> => {
      const request: ConversationCreate = { type: 'group', memberIds: others, ...more };
      return (await parley.instance.conversations.create(caller(owner), request)).conversation.id;
    },
    aDirect: async (one: string, other: string): Promise<string> => {
      const request: ConversationCreate = { type: 'direct', memberIds: [other] };
      return (await parley.instance.conversations.create(caller(one), request)).conversation.id;
    },
    says: (user: string, conversationId: string, content: string, more: Partial<Draft> = {}): Promise<Message> =>
      parley.instance.send(caller(user), conversationId, draftOf(content, more)),
    /** The whole history as it was said, oldest first. */
    historyOf: async (user: string, conversationId: string, limit = 100): Promise<Message[]> =>
      (await parley.shownHistoryOf(user, conversationId, limit)).map(asSaid),
    /** The whole history as it is shown, oldest first, walked page by page. */
    shownHistoryOf: async (user: string, conversationId: string, limit = 100): Promise<ShownMessage[]> => {
      const messages: ShownMessage[] = [];
      let cursor: string | undefined;
      do {
        const page = await parley.instance.read(caller(user), conversationId, { limit, cursor });
        messages.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      return messages.reverse();
    },
    stateOf: async (conversationId: string) => {
      const state = await parley.instance.conversations.stateOf(given.tenant, conversationId);
      if (!state) throw new Error(`There is no conversation ${conversationId}.`);
      return state;
    },
    placeOf: (user: string, conversationId: string, roles: TenantRole[] = ['member']) =>
      parley.instance.places.placeOf(caller(user, { roles }), conversationId),
    /** What is filed under the revisions of a conversation, in their order. */
    changesOf: async (conversationId: string) =>
      (await given.items())
        .filter((item) => String(item.PK).endsWith(conversationId) && String(item.SK).startsWith('CHG#'))
        .sort((a, b) => Number(a.rev) - Number(b.rev)),
  };
  return parley;
};

/** @returns the code of the Problem that it is refused with, or `undefined` */
export const refusalOf = async (work: Promise<unknown>): Promise<string | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
};

export const numbers = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + i);
