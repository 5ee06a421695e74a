/** Every HTTP route. The stack's routes are a loop over this list; one file of `functions/http/` answers one. */
import type { Route } from './route.ts';
import * as blocks from './routes/blocks.ts';
import * as conversations from './routes/conversations.ts';
import * as devices from './routes/devices.ts';
import * as drafts from './routes/drafts.ts';
import * as members from './routes/members.ts';
import * as messages from './routes/messages.ts';
import * as notificationPreferences from './routes/notification-preferences.ts';
import * as ownState from './routes/own-state.ts';
import * as pins from './routes/pins.ts';
import * as presence from './routes/presence.ts';
import * as reactions from './routes/reactions.ts';
import * as service from './routes/service.ts';
import * as sync from './routes/sync.ts';
import * as threads from './routes/threads.ts';
import * as users from './routes/users.ts';
import * as webhooks from './routes/webhooks.ts';

export const routes: readonly Route[] = [
  users,
  blocks,
  presence,
  conversations,
  ownState,
  drafts,
  devices,
  notificationPreferences,
  members,
  messages,
  threads,
  reactions,
  pins,
  sync,
  webhooks,
  service,
].flatMap((resource) => Object.values(resource) as Route[]);
