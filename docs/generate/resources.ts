/** The routes by resource, in the order in which a reader wants them. */
import { type ErrorCode, errorCatalogue } from '../../shared/protocol/errors.ts';
import { commonErrorsOf, type Route } from '../../shared/protocol/route.ts';
import { errorsByStatus } from './problem.ts';

export interface Resource {
  /** The first part of its routes' names. */
  name: string;
  title: string;
  description: string;
  routes: readonly Route[];
}

/** In reading order. A resource that is not here comes after them, under its own name. */
const known: Record<string, { title: string; description: string }> = {
  me: { title: 'Me', description: 'The user whom the token names.' },
  blocks: { title: 'Blocks', description: 'Whom you have blocked. Nobody else learns of it.' },
  users: { title: 'Users', description: 'The users of the tenant, as its host knows them.' },
  presence: { title: 'Presence', description: 'Who is there.' },
  conversations: { title: 'Conversations', description: 'Direct ones between two users, and groups.' },
  'own-state': {
    title: 'Own state',
    description: 'What you keep of a conversation for yourself: all your devices agree on it, and nobody else sees it.',
  },
  drafts: { title: 'Drafts', description: 'What you have begun to write, for all your devices.' },
  devices: { title: 'Devices', description: 'Where pushes go while you are not there: docs/notifications.md.' },
  'notification-preferences': {
    title: 'Notification preferences',
    description: 'Which messages you are told of while you are not there, how, and when not.',
  },
  members: { title: 'Members', description: 'Who belongs to a conversation, and as what.' },
  messages: { title: 'Messages', description: 'Numbered 1, 2, 3 … in each conversation, without gaps.' },
  reactions: { title: 'Reactions', description: 'Emoji and short codes, one of each from each member.' },
  threads: { title: 'Threads', description: 'Replies that belong to one message, and how far you have read them.' },
  pins: { title: 'Pinned messages', description: 'What everybody finds again, above the conversation.' },
  webhooks: {
    title: 'Webhooks',
    description: 'Where the host’s own services hear what happens. How to receive them: `docs/webhooks.md`.',
  },
  'ws-tickets': { title: 'WebSocket tickets', description: 'How a browser connects.' },
  health: { title: 'Health', description: 'For monitors.' },
  docs: { title: 'Documents', description: 'What you are reading.' },
};

const reading = ['list', 'create', 'add', 'sync', 'get', 'update', 'remove', 'delete', 'join', 'leave'];

const rank = (order: readonly string[], name: string) => {
  const at = order.indexOf(name);
  return at === -1 ? order.length : at;
};

const byRank = (order: readonly string[]) => (a: string, b: string) =>
  rank(order, a) - rank(order, b) || (a < b ? -1 : Number(a > b));

const resourceOf = (name: string) => name.split('/', 1)[0] ?? name;
const actionOf = (name: string) => name.slice(name.indexOf('/') + 1);

const humanised = (name: string) => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll('-', ' ');

export const resourcesOf = (routes: readonly Route[]): Resource[] => {
  const compare = byRank(reading);
  return [...Map.groupBy(routes, (route) => resourceOf(route.name))]
    .sort(([a], [b]) => byRank(Object.keys(known))(a, b))
    .map(([name, own]) => ({
      name,
      ...(known[name] ?? { title: humanised(name), description: '' }),
      routes: own.sort((a, b) => compare(actionOf(a.name), actionOf(b.name))),
    }));
};

/** `messages/create` → `messagesCreate`, as generated clients name their methods. */
export const operationIdOf = (name: string): string =>
  name.replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase());

const inOrder = (codes: Iterable<ErrorCode>): ErrorCode[] => {
  const wanted = new Set(codes);
  return errorsByStatus.filter((code) => wanted.has(code));
};

/** Every code that the route may be answered with, by status. */
export const errorsOf = (route: Route): ErrorCode[] => inOrder([...route.errors, ...commonErrorsOf(route)]);

/** Those that not every route like it may be answered with. */
export const ownErrorsOf = (route: Route): ErrorCode[] => {
  const common = commonErrorsOf(route);
  return inOrder(route.errors.filter((code) => !common.includes(code)));
};

export const statusOf = (code: ErrorCode): number => errorCatalogue[code].status;

export const parametersIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
