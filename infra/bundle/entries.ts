/** Every function there is: one for each route and command of the protocol, and those that AWS itself calls. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../shared/protocol/commands.ts';
import { routes } from '../../shared/protocol/routes.ts';
import { Mistake } from '../mistake.ts';

export interface Entry {
  /** `http/messages/create`, `websocket/message-send`, `stream/fanout` …: its file below `functions/`, without `.ts`. */
  name: string;
  /** Who asks for it: what to say when the file is missing. */
  namedBy: string;
}

/** Route keys may hold dots, file names are kinder without. */
export const entryOfCommand = (command: string): string => `websocket/${command.replaceAll('.', '-')}`;

const from = (file: string, names: readonly string[]): Entry[] =>
  names.map((name) => ({ name, namedBy: `${file} names it` }));

export const entries: readonly Entry[] = [
  ...routes.map(({ name }) => ({ name: `http/${name}`, namedBy: `routes.ts names ${name}` })),
  ...from('http-api.ts', ['http/authorizer']),
  ...commands.map(({ name }) => ({ name: entryOfCommand(name), namedBy: `commands.ts names ${name}` })),
  ...from(
    'websocket-api.ts',
    ['authorizer', 'connect', 'disconnect', 'default'].map((name) => `websocket/${name}`),
  ),
  ...from('events-stack.ts', ['stream/fanout', 'stream/publisher']),
  ...from(
    'events-stack.ts',
    ['redeliver', 'room-fanout', 'inbox-refresh', 'receipt-counts', 'mention-count', 'user-removal', 'presence'].map(
      (name) => `queue/${name}`,
    ),
  ),
  ...from('before-send-hook.ts', ['hook/before-send']),
  ...from('canary-stack.ts', ['http/canary/keys', 'schedule/canary']),
  ...from('notifications-stack.ts', ['queue/notify', 'queue/notify-user', 'queue/digest']),
  ...from(
    'webhooks-stack.ts',
    ['webhook-dispatch', 'webhook-delivery', 'webhook-delivery-slow'].map((name) => `queue/${name}`),
  ),
];

/**
 * @param root the folder that holds `functions/`
 * @throws Mistake one line for each file that is missing
 */
export const checkEntries = (root: string): void => {
  const missing = entries
    .filter(({ name }) => !existsSync(join(root, 'functions', `${name}.ts`)))
    .map(({ name, namedBy }) => `functions/${name}.ts is missing: ${namedBy}.`);
  if (missing.length > 0) throw new Mistake(missing.join('\n'));
};
