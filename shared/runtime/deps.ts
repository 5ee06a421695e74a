/** Everything a handler may need, each made when it is first asked for and once per instance: a function pays for what it uses. */
import { type Conversations, createConversations } from '../data/conversations.ts';
import { createDepartures, type Departures } from '../data/departures.ts';
import { createDrafts, type Drafts } from '../data/drafts.ts';
import { createHistory, type History } from '../data/history.ts';
import { createInbox, type Inbox } from '../data/inbox.ts';
import { createLimits, type Limits } from '../data/limits.ts';
import { createMembers, type Members } from '../data/members.ts';
import { createMentions, type Mentions } from '../data/mentions.ts';
import { createMessages, type Messages } from '../data/messages.ts';
import { createOwnStates, type OwnStates } from '../data/own-states.ts';
import { createPlaces, type Places } from '../data/places.ts';
import { createPresence, type Presence } from '../data/presence.ts';
import { createRateLimits, type RateLimits } from '../data/rate-limits.ts';
import { createSends, type Sends } from '../data/sends.ts';
import { createSync, type Sync } from '../data/sync.ts';
import { openTable, type Table } from '../data/table.ts';
import { createTickets, type Tickets } from '../data/tickets.ts';
import { createUnread, type Unread } from '../data/unread.ts';
import { createUsers, type Users } from '../data/users.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { type Connections, createConnections } from './connections.ts';
import { createPosting, type Posting } from './delivery.ts';
import { createFanOut, type FanOut } from './fan-out.ts';
import { createFastLane, type FastLane } from './fast-lane.ts';
import { createSendMessage, type SendMessage } from './send-message.ts';
import { type Settings, settingsFrom } from './settings.ts';

type Makers<T> = { [Name in keyof T]: (deps: T) => T[Name] };

/** An object whose properties are made on first use. */
const lazily = <T extends object>(makers: Makers<T>): T => {
  const made = new Map<PropertyKey, unknown>();
  const deps = {} as T;
  for (const name of Object.keys(makers) as (keyof T)[]) {
    Object.defineProperty(deps, name, {
      enumerable: true,
      get: () => {
        if (!made.has(name)) made.set(name, makers[name](deps));
        return made.get(name);
      },
    });
  }
  return deps;
};

export interface Deps {
  clock: Clock;
  settings: Settings;
  table: Table;
  limits: Limits;
  places: Places;
  conversations: Conversations;
  members: Members;
  departures: Departures;
  messages: Messages;
  history: History;
  sends: Sends;
  inbox: Inbox;
  sync: Sync;
  unread: Unread;
  ownStates: OwnStates;
  drafts: Drafts;
  mentions: Mentions;
  users: Users;
  presence: Presence;
  tickets: Tickets;
  rateLimits: RateLimits;
  connections: Connections;
  posting: Posting;
  fastLane: FastLane;
  fanOut: FanOut;
  sendMessage: SendMessage;
}

export const liveDeps = (environment: NodeJS.ProcessEnv): Deps =>
  lazily<Deps>({
    clock: () => systemClock,
    settings: () => settingsFrom(environment),
    table: ({ settings }) => openTable(settings.TABLE_NAME),
    limits: ({ settings }) => createLimits(settings.TENANT_SETTINGS),
    places: ({ table }) => createPlaces(table),
    conversations: (deps) => createConversations(deps),
    members: (deps) => createMembers(deps),
    departures: (deps) => createDepartures(deps),
    messages: (deps) => createMessages(deps),
    history: (deps) => createHistory(deps),
    sends: (deps) => createSends(deps),
    inbox: ({ table }) => createInbox(table),
    sync: (deps) => createSync(deps),
    unread: (deps) => createUnread(deps),
    ownStates: (deps) => createOwnStates(deps),
    drafts: (deps) => createDrafts(deps),
    mentions: (deps) => createMentions(deps),
    users: (deps) => createUsers(deps),
    presence: (deps) => createPresence(deps),
    tickets: (deps) => createTickets(deps),
    rateLimits: (deps) => createRateLimits(deps),
    connections: ({ settings }) => createConnections(settings.CONNECTIONS_URL, environment),
    posting: (deps) => createPosting(deps),
    fastLane: (deps) => createFastLane(deps),
    fanOut: (deps) => createFanOut(deps),
    sendMessage: (deps) => createSendMessage(deps),
  });

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: Deps) => Handler): Handler => make(liveDeps(process.env));
