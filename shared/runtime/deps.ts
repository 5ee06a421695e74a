/** Everything a handler may need, each made when it is first asked for and once per instance: a function pays for what it uses. */
import { type Blocks, createBlocks } from '../data/blocks.ts';
import { type Conversations, createConversations } from '../data/conversations.ts';
import { createDepartures, type Departures } from '../data/departures.ts';
import { createHeartbeats, type Heartbeats } from '../data/heartbeats.ts';
import { createHistory, type History } from '../data/history.ts';
import { createInbox, type Inbox } from '../data/inbox.ts';
import { createLimits, type Limits } from '../data/limits.ts';
import { createMembers, type Members } from '../data/members.ts';
import { createMessages, type Messages } from '../data/messages.ts';
import { createPins, type Pins } from '../data/pins.ts';
import { createPlaces, type Places } from '../data/places.ts';
import { createPresence, type Presence } from '../data/presence.ts';
import { createProfiles, type Profiles } from '../data/profiles.ts';
import { createRateLimits, type RateLimits } from '../data/rate-limits.ts';
import { createReceipts, type Receipts } from '../data/receipts.ts';
import { createSends, type Sends } from '../data/sends.ts';
import { createSync, type Sync } from '../data/sync.ts';
import { openTable, type Table } from '../data/table.ts';
import { createTickets, type Tickets } from '../data/tickets.ts';
import { createTurns, type Turns } from '../data/turns.ts';
import { createUsers, type Users } from '../data/users.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { type Connections, createConnections } from './connections.ts';
import { createPosting, type Posting } from './delivery.ts';
import { createFanOut, type FanOut } from './fan-out.ts';
import { createFastLane, type FastLane } from './fast-lane.ts';
import { createSendMessage, type SendMessage } from './send-message.ts';
import { type Settings, settingsFrom } from './settings.ts';
import { createTyping, type Typing } from './typing.ts';

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
  pins: Pins;
  sends: Sends;
  receipts: Receipts;
  inbox: Inbox;
  sync: Sync;
  users: Users;
  profiles: Profiles;
  blocks: Blocks;
  presence: Presence;
  heartbeats: Heartbeats;
  tickets: Tickets;
  rateLimits: RateLimits;
  turns: Turns;
  connections: Connections;
  posting: Posting;
  fastLane: FastLane;
  fanOut: FanOut;
  sendMessage: SendMessage;
  typing: Typing;
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
    pins: (deps) => createPins(deps),
    sends: (deps) => createSends(deps),
    receipts: (deps) => createReceipts(deps),
    inbox: (deps) => createInbox(deps),
    sync: (deps) => createSync(deps),
    users: (deps) => createUsers(deps),
    profiles: ({ table }) => createProfiles(table),
    blocks: (deps) => createBlocks(deps),
    presence: (deps) => createPresence(deps),
    heartbeats: (deps) => createHeartbeats(deps),
    tickets: (deps) => createTickets(deps),
    rateLimits: (deps) => createRateLimits(deps),
    turns: (deps) => createTurns(deps),
    connections: ({ settings }) => createConnections(settings.CONNECTIONS_URL, environment),
    posting: (deps) => createPosting(deps),
    fastLane: (deps) => createFastLane(deps),
    fanOut: (deps) => createFanOut(deps),
    sendMessage: (deps) => createSendMessage(deps),
    typing: (deps) => createTyping(deps),
  });

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: Deps) => Handler): Handler => make(liveDeps(process.env));
