/** Parley's access patterns on a real engine, as the tests of this folder ask for them. */
import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { createBlocks } from '../../../shared/data/blocks.ts';
import { createConversations } from '../../../shared/data/conversations.ts';
import { createDepartures } from '../../../shared/data/departures.ts';
import { createDevices } from '../../../shared/data/devices.ts';
import { createDrafts } from '../../../shared/data/drafts.ts';
import { createHeartbeats } from '../../../shared/data/heartbeats.ts';
import { createHides } from '../../../shared/data/hides.ts';
import { createHistory, type Direction } from '../../../shared/data/history.ts';
import { createInbox } from '../../../shared/data/inbox.ts';
import { postmarkFrom } from '../../../shared/data/items.ts';
import { messageKey } from '../../../shared/data/keys.ts';
import { createLimits } from '../../../shared/data/limits.ts';
import { createMembers } from '../../../shared/data/members.ts';
import { createMentions } from '../../../shared/data/mentions.ts';
import { createMessages } from '../../../shared/data/messages.ts';
import { createNotices } from '../../../shared/data/notices.ts';
import { createOwnHistory } from '../../../shared/data/own-history.ts';
import { createOwnStates } from '../../../shared/data/own-states.ts';
import { createPlaces } from '../../../shared/data/places.ts';
import { createPosters } from '../../../shared/data/posters.ts';
import { createPresence } from '../../../shared/data/presence.ts';
import { createProfiles } from '../../../shared/data/profiles.ts';
import { createQuotes } from '../../../shared/data/quotes.ts';
import { createRateLimits } from '../../../shared/data/rate-limits.ts';
import { createReactions } from '../../../shared/data/reactions.ts';
import { createReceipts } from '../../../shared/data/receipts.ts';
import { createReferences } from '../../../shared/data/references.ts';
import { createReplies } from '../../../shared/data/replies.ts';
import { createSends } from '../../../shared/data/sends.ts';
import { createShownMessages } from '../../../shared/data/shown-messages.ts';
import { createSubscriptions } from '../../../shared/data/subscriptions.ts';
import { createSurroundings } from '../../../shared/data/surroundings.ts';
import { createSync } from '../../../shared/data/sync.ts';
import type { Table } from '../../../shared/data/table.ts';
import { createThreads } from '../../../shared/data/threads.ts';
import { createTickets } from '../../../shared/data/tickets.ts';
import { createToldMarks } from '../../../shared/data/told-marks.ts';
import { createTurns } from '../../../shared/data/turns.ts';
import { createUnread } from '../../../shared/data/unread.ts';
import { createUsers } from '../../../shared/data/users.ts';
import type { Caller } from '../../../shared/domain/caller.ts';
import { type Clock, epochSeconds } from '../../../shared/domain/clock.ts';
import type { Happening } from '../../../shared/domain/live-events.ts';
import type { ConversationCreate } from '../../../shared/protocol/conversation.ts';
import type { Draft, Message, ShownMessage } from '../../../shared/protocol/message.ts';
import type { TenantRole } from '../../../shared/protocol/roles.ts';
import type { TenantLimits } from '../../../shared/protocol/tenant-limits.ts';
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
  editWindowMinutes: null,
  deleteWindowMinutes: null,
};

/** One instance: all access patterns over one view of the table. */
const instanceOver = (table: Table, clock: Clock, tenantLimits: TenantLimits) => {
  const limits = createLimits({ default: tenantLimits, tenants: {} });
  const places = createPlaces(table);
  const deps = { table, clock, limits, places };
  const members = createMembers(deps);
  const receipts = createReceipts({ ...deps, members });
  const replies = createReplies(deps);
  const sends = createSends({ ...deps, references: createReferences(deps), replies });
  const history = createHistory(deps);
  const hides = createHides(deps);
  const threads = createThreads({ ...deps, replies });
  const quotes = createQuotes(deps);
  const shownMessages = createShownMessages({ table, quotes, threads });
  return {
    limits,
    places,
    members,
    sends,
    history,
    hides,
    replies,
    threads,
    ownHistory: createOwnHistory({ history, hides }),
    shownMessages,
    conversations: createConversations(deps),
    departures: createDepartures({ ...deps, members }),
    messages: createMessages({ ...deps, quotes }),
    reactions: createReactions(deps),
    receipts,
    posters: createPosters({ ...deps, members, receipts }),
    inbox: createInbox(deps),
    sync: createSync({ ...deps, members, threads, quotes }),
    unread: createUnread(deps),
    ownStates: createOwnStates(deps),
    drafts: createDrafts(deps),
    devices: createDevices(deps),
    notices: createNotices(deps),
    mentions: createMentions(deps),
    users: createUsers(deps),
    profiles: createProfiles(table),
    blocks: createBlocks(deps),
    presence: createPresence(deps),
    heartbeats: createHeartbeats(deps),
    subscriptions: createSubscriptions(deps),
    surroundings: createSurroundings(deps),
    toldMarks: createToldMarks(deps),
    tickets: createTickets(deps),
    rateLimits: createRateLimits(deps),
    turns: createTurns(deps),

    /** A send from its first read to its last write. */
    send: async (caller: Caller, conversationId: string, draft: Draft): Promise<Message> => {
      const { place, ...entry } = await sends.enter(caller, conversationId, draft);
      return sends.append(place, draft, entry);
    },

    /** One page of the history, newest first. */
    read: async (caller: Caller, conversationId: string, direction: Direction = { limit: 100 }) => {
      const [place, stretch] = await Promise.all([
        places.placeOf(caller, conversationId),
        history.stretch(caller.tenant, conversationId, direction),
      ]);
      return history.page(place, stretch);
    },

    /** The same, with what stands beside the messages. */
    readShown: async (caller: Caller, conversationId: string, direction: Direction = { limit: 100 }) => {
      const [place, stretch] = await Promise.all([
        places.placeOf(caller, conversationId),
        history.stretch(caller.tenant, conversationId, direction),
      ]);
      const page = await history.page(place, stretch);
      return { ...page, items: await shownMessages.show(place, page.items) };
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
  threadId: null,
  inConversation: false,
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
    /** An instance that stands still before its `nth` call until `meanwhile` is done. */
    pausedBefore: (nth: number, meanwhile: () => Promise<unknown>): Instance => {
      let count = 0;
      return parley.through(async (_, pass) => {
        count += 1;
        if (count === nth) await meanwhile();
        return pass();
      });
    },
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
        const page = await parley.instance.readShown(caller(user), conversationId, { limit, cursor });
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
    /** As the stream tells of a new message. */
    recordOf: async (message: Message): Promise<Happening> => {
      const Key = messageKey(given.tenant, message.conversationId, message.seq);
      const { Item } = await given.table.client.send(new GetCommand({ TableName: given.table.name, Key }));
      return { kind: 'message', message, isNew: true, postmark: Item && postmarkFrom(Item) };
    },
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
