/**
 * What handlers of sockets may need, and no more: somebody waits for each of them to be loaded. As deps.ts has it, which adds the rest.
 * A sync has deps of its own, sync-deps.ts.
 */
import { createHeartbeats, type Heartbeats } from '../data/heartbeats.ts';
import { createMessages, type Messages } from '../data/messages.ts';
import { createPresence, type Presence } from '../data/presence.ts';
import { createRateLimits, type RateLimits } from '../data/rate-limits.ts';
import { createReactions, type Reactions } from '../data/reactions.ts';
import { createReceipts, type Receipts } from '../data/receipts.ts';
import { createReferences, type References } from '../data/references.ts';
import { createSends, type Sends } from '../data/sends.ts';
import { createSubscriptions, type Subscriptions } from '../data/subscriptions.ts';
import { createTurns, type Turns } from '../data/turns.ts';
import { type BeforeSend, createBeforeSend } from './before-send.ts';
import { type Connections, createConnections } from './connections.ts';
import { createPosting, type Posting } from './delivery.ts';
import { createEditMessage, type EditMessage } from './edit-message.ts';
import { createFastLane, type FastLane } from './fast-lane.ts';
import { createInvoke } from './invoke.ts';
import { lazily, type Makers } from './lazily.ts';
import { createSendMessage, type SendMessage } from './send-message.ts';
import { type TableDeps, tableMakers } from './table-deps.ts';
import { createTyping, type Typing } from './typing.ts';

export interface SocketDeps extends TableDeps {
  messages: Messages;
  reactions: Reactions;
  sends: Sends;
  receipts: Receipts;
  references: References;
  presence: Presence;
  heartbeats: Heartbeats;
  subscriptions: Subscriptions;
  rateLimits: RateLimits;
  turns: Turns;
  connections: Connections;
  posting: Posting;
  fastLane: FastLane;
  beforeSend: BeforeSend;
  sendMessage: SendMessage;
  editMessage: EditMessage;
  typing: Typing;
}

export const socketMakers = (environment: NodeJS.ProcessEnv): Makers<SocketDeps> => ({
  ...tableMakers(environment),
  messages: (deps) => createMessages(deps),
  reactions: (deps) => createReactions(deps),
  sends: (deps) => createSends(deps),
  receipts: (deps) => createReceipts(deps),
  references: (deps) => createReferences(deps),
  presence: (deps) => createPresence(deps),
  heartbeats: (deps) => createHeartbeats(deps),
  subscriptions: (deps) => createSubscriptions(deps),
  rateLimits: (deps) => createRateLimits(deps),
  turns: (deps) => createTurns(deps),
  connections: ({ settings }) => createConnections(settings.CONNECTIONS_URL, environment),
  posting: (deps) => createPosting(deps),
  fastLane: (deps) => createFastLane(deps),
  beforeSend: ({ settings, clock }) =>
    createBeforeSend({
      // A stage without hooks has no such variable.
      hooks: environment.BEFORE_SEND_HOOKS === undefined ? {} : settings.BEFORE_SEND_HOOKS,
      invoke: createInvoke(environment),
      clock,
    }),
  sendMessage: (deps) => createSendMessage(deps),
  editMessage: (deps) => createEditMessage(deps),
  typing: (deps) => createTyping(deps),
});

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: SocketDeps) => Handler): Handler => make(lazily(socketMakers(process.env)));
