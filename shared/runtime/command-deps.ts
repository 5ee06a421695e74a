/** What handlers of sockets need that neither send nor sync: somebody waits for each of them to be loaded. See socket-deps.ts. */
import { createHeartbeats, type Heartbeats } from '../data/heartbeats.ts';
import { createMessages, type Messages } from '../data/messages.ts';
import { createReactions, type Reactions } from '../data/reactions.ts';
import { createReceipts, type Receipts } from '../data/receipts.ts';
import { createSubscriptions, type Subscriptions } from '../data/subscriptions.ts';
import { createEditMessage, type EditMessage } from './edit-message.ts';
import { lazily, type Makers } from './lazily.ts';
import { type SocketDeps, socketMakers } from './socket-deps.ts';
import { createTyping, type Typing } from './typing.ts';

export interface CommandDeps extends SocketDeps {
  messages: Messages;
  reactions: Reactions;
  receipts: Receipts;
  heartbeats: Heartbeats;
  subscriptions: Subscriptions;
  editMessage: EditMessage;
  typing: Typing;
}

export const commandMakers = (environment: NodeJS.ProcessEnv): Makers<CommandDeps> => ({
  ...socketMakers(environment),
  messages: (deps) => createMessages(deps),
  reactions: (deps) => createReactions(deps),
  receipts: (deps) => createReceipts(deps),
  heartbeats: (deps) => createHeartbeats(deps),
  subscriptions: (deps) => createSubscriptions(deps),
  editMessage: (deps) => createEditMessage(deps),
  typing: (deps) => createTyping(deps),
});

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: CommandDeps) => Handler): Handler =>
  make(lazily(commandMakers(process.env)));
