/** What handlers of sockets have in common that post, or ask before something is said. Each kind has deps of its own, and no more. */
import { createPresence, type Presence } from '../data/presence.ts';
import { type BeforeSend, createBeforeSend } from './before-send.ts';
import { type Connections, createConnections } from './connections.ts';
import { createPosting, type Posting } from './delivery.ts';
import { createInvoke } from './invoke.ts';
import type { Makers } from './lazily.ts';
import { type TableDeps, tableMakers } from './table-deps.ts';

export interface SocketDeps extends TableDeps {
  presence: Presence;
  connections: Connections;
  posting: Posting;
  beforeSend: BeforeSend;
}

export const socketMakers = (environment: NodeJS.ProcessEnv): Makers<SocketDeps> => ({
  ...tableMakers(environment),
  presence: (deps) => createPresence(deps),
  connections: ({ settings }) => createConnections(settings.CONNECTIONS_URL, environment),
  posting: (deps) => createPosting(deps),
  beforeSend: ({ settings, clock }) =>
    createBeforeSend({
      // A stage without hooks has no such variable.
      hooks: environment.BEFORE_SEND_HOOKS === undefined ? {} : settings.BEFORE_SEND_HOOKS,
      invoke: createInvoke(environment),
      clock,
    }),
});
