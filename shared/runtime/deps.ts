/** Everything a handler may need, each made when it is first asked for and once per instance: a function pays for what it uses. */
import { type Blocks, createBlocks } from '../data/blocks.ts';
import { type Conversations, createConversations } from '../data/conversations.ts';
import { createDepartures, type Departures } from '../data/departures.ts';
import { createHistory, type History } from '../data/history.ts';
import { createInbox, type Inbox } from '../data/inbox.ts';
import { createPins, type Pins } from '../data/pins.ts';
import { createProfiles, type Profiles } from '../data/profiles.ts';
import { createTickets, type Tickets } from '../data/tickets.ts';
import { createUsers, type Users } from '../data/users.ts';
import { createFanOut, type FanOut } from './fan-out.ts';
import { lazily } from './lazily.ts';
import { type SocketDeps, socketMakers } from './socket-deps.ts';

export interface Deps extends SocketDeps {
  conversations: Conversations;
  departures: Departures;
  history: History;
  pins: Pins;
  inbox: Inbox;
  users: Users;
  profiles: Profiles;
  blocks: Blocks;
  tickets: Tickets;
  fanOut: FanOut;
}

export const liveDeps = (environment: NodeJS.ProcessEnv): Deps =>
  lazily<Deps>({
    ...socketMakers(environment),
    conversations: (deps) => createConversations(deps),
    departures: (deps) => createDepartures(deps),
    history: (deps) => createHistory(deps),
    pins: (deps) => createPins(deps),
    inbox: (deps) => createInbox(deps),
    users: (deps) => createUsers(deps),
    profiles: ({ table }) => createProfiles(table),
    blocks: (deps) => createBlocks(deps),
    tickets: (deps) => createTickets(deps),
    fanOut: (deps) => createFanOut(deps),
  });

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: Deps) => Handler): Handler => make(liveDeps(process.env));
