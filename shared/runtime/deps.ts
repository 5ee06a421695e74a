/** Everything a handler may need, each made when it is first asked for and once per instance: a function pays for what it uses. */
import { createConversations } from '../data/conversations.ts';
import { createDepartures } from '../data/departures.ts';
import { createHistory } from '../data/history.ts';
import { createInbox } from '../data/inbox.ts';
import { createLimits } from '../data/limits.ts';
import { createMembers } from '../data/members.ts';
import { createMessages } from '../data/messages.ts';
import { createPlaces } from '../data/places.ts';
import { createPresence } from '../data/presence.ts';
import { createRateLimits } from '../data/rate-limits.ts';
import { createSends } from '../data/sends.ts';
import { openTable } from '../data/table.ts';
import { createTickets } from '../data/tickets.ts';
import { createUsers } from '../data/users.ts';
import { systemClock } from '../domain/clock.ts';
import { createConnections } from './connections.ts';
import { createPosting } from './delivery.ts';
import { createFanOut } from './fan-out.ts';
import { createFastLane } from './fast-lane.ts';
import { createSendMessage } from './send-message.ts';
import { settingsFrom } from './settings.ts';

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
  clock: typeof systemClock;
  settings: ReturnType<typeof settingsFrom>;
  table: ReturnType<typeof openTable>;
  limits: ReturnType<typeof createLimits>;
  places: ReturnType<typeof createPlaces>;
  conversations: ReturnType<typeof createConversations>;
  members: ReturnType<typeof createMembers>;
  departures: ReturnType<typeof createDepartures>;
  messages: ReturnType<typeof createMessages>;
  history: ReturnType<typeof createHistory>;
  sends: ReturnType<typeof createSends>;
  inbox: ReturnType<typeof createInbox>;
  users: ReturnType<typeof createUsers>;
  presence: ReturnType<typeof createPresence>;
  tickets: ReturnType<typeof createTickets>;
  rateLimits: ReturnType<typeof createRateLimits>;
  connections: ReturnType<typeof createConnections>;
  posting: ReturnType<typeof createPosting>;
  fastLane: ReturnType<typeof createFastLane>;
  fanOut: ReturnType<typeof createFanOut>;
  sendMessage: ReturnType<typeof createSendMessage>;
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
