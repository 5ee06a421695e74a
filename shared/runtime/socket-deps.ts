/**
 * What handlers of sockets may need, and no more: somebody waits for each of them to be loaded. As deps.ts has it, which adds the rest.
 */
import { createLimits, type Limits } from '../data/limits.ts';
import { createMembers, type Members } from '../data/members.ts';
import { createMessages, type Messages } from '../data/messages.ts';
import { createPlaces, type Places } from '../data/places.ts';
import { createPresence, type Presence } from '../data/presence.ts';
import { createRateLimits, type RateLimits } from '../data/rate-limits.ts';
import { createReceipts, type Receipts } from '../data/receipts.ts';
import { createReferences, type References } from '../data/references.ts';
import { createReplies, type Replies } from '../data/replies.ts';
import { createSends, type Sends } from '../data/sends.ts';
import { createSync, type Sync } from '../data/sync.ts';
import { openTable, type Table } from '../data/table.ts';
import { createThreads, type Threads } from '../data/threads.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { type Connections, createConnections } from './connections.ts';
import { createPosting, type Posting } from './delivery.ts';
import { createFastLane, type FastLane } from './fast-lane.ts';
import { lazily, type Makers } from './lazily.ts';
import { createSendMessage, type SendMessage } from './send-message.ts';
import { type Settings, settingsFrom } from './settings.ts';

export interface SocketDeps {
  clock: Clock;
  settings: Settings;
  table: Table;
  limits: Limits;
  places: Places;
  members: Members;
  messages: Messages;
  receipts: Receipts;
  references: References;
  replies: Replies;
  sends: Sends;
  threads: Threads;
  sync: Sync;
  presence: Presence;
  rateLimits: RateLimits;
  connections: Connections;
  posting: Posting;
  fastLane: FastLane;
  sendMessage: SendMessage;
}

export const socketMakers = (environment: NodeJS.ProcessEnv): Makers<SocketDeps> => ({
  clock: () => systemClock,
  settings: () => settingsFrom(environment),
  table: ({ settings }) => openTable(settings.TABLE_NAME),
  limits: ({ settings }) => createLimits(settings.TENANT_SETTINGS),
  places: ({ table }) => createPlaces(table),
  members: (deps) => createMembers(deps),
  messages: (deps) => createMessages(deps),
  receipts: (deps) => createReceipts(deps),
  references: (deps) => createReferences(deps),
  replies: (deps) => createReplies(deps),
  sends: (deps) => createSends(deps),
  threads: (deps) => createThreads(deps),
  sync: (deps) => createSync(deps),
  presence: (deps) => createPresence(deps),
  rateLimits: (deps) => createRateLimits(deps),
  connections: ({ settings }) => createConnections(settings.CONNECTIONS_URL, environment),
  posting: (deps) => createPosting(deps),
  fastLane: (deps) => createFastLane(deps),
  sendMessage: (deps) => createSendMessage(deps),
});

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: SocketDeps) => Handler): Handler => make(lazily(socketMakers(process.env)));
