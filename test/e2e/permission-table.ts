/** Who may do what, as docs/reference/permissions.md says it. A route or command that is missing here fails the matrix. */
import type { ErrorCode } from '../../shared/protocol/errors.ts';
import { foreigners, insiders, type Standing } from '../support/cast.ts';

export type Outcome = 'ok' | ErrorCode;

const outcomes: Record<string, Outcome> = {
  ok: 'ok',
  '403': 'forbidden',
  '404': 'not_found',
  last: 'last_owner',
};

/** Somebody of another tenant finds nothing, whatever they are there. */
const nothing = '404 404 404';

const row = (inside: string, outside = nothing): Record<Standing, Outcome> => {
  const cells = `${inside} ${outside}`.trim().split(/\s+/);
  const standings = [...insiders, ...foreigners];
  if (cells.length !== standings.length) throw new Error(`A row has ${standings.length} cells: ${cells.join(' ')}`);
  return Object.fromEntries(
    standings.map((standing, i) => [standing, outcomes[cells[i] ?? ''] ?? 'internal']),
  ) as Record<Standing, Outcome>;
};

const anybody = row('ok ok ok ok ok ok ok ok', 'ok ok ok');
const readers = 'ok 404 ok ok ok ok ok ok';
const members = 'ok 404 ok ok ok 403 403 403';
const hostOnly = row('403 403 403 403 403 403 403 ok', '403 403 ok');

/** The same of what is one tenant's. */
const ownHostOnly = row('403 403 403 403 403 403 403 ok', '403 403 404');

interface Expectation {
  who: Record<Standing, Outcome>;
  body?: unknown;
  /** Whom the path names. */
  userId?: string;
}

//                     author outsider member admin owner tenantModerator tenantAdmin service
export const httpTable: Record<string, Expectation> = {
  'users/sync': { who: hostOnly, body: { id: 'somebody', displayName: 'Somebody' } },
  'users/get': { who: row('ok ok ok ok ok ok ok ok'), userId: 'secret-author' },
  'users/delete': { who: hostOnly, userId: 'somebody-else' },
  'me/get': { who: anybody },
  'me/update': { who: anybody, body: { preferences: { notifications: 'none' } } },
  'blocks/list': { who: anybody },
  'blocks/add': { who: anybody, userId: 'somebody' },
  'blocks/remove': { who: anybody, userId: 'somebody' },
  // Who shares no conversation with them sees what they would see of nobody.
  'presence/of-user': { who: anybody, userId: 'somebody' },
  'presence/of-conversation': { who: row(readers) },
  'conversations/create': { who: anybody, body: { type: 'group', memberIds: ['somebody'] } },
  'conversations/list': { who: anybody },
  'conversations/get': { who: row(readers) },
  'conversations/update': { who: row('403 404 403 ok ok 403 ok ok'), body: { title: 'Renamed' } },
  'conversations/delete': { who: row('403 404 403 403 ok 403 ok ok') },
  'own-state/update': { who: row(members), body: { muted: true } },
  'own-state/mark-unread': { who: row(members) },
  'own-state/clear-unread': { who: row(members) },
  'me/unread': { who: anybody },
  'drafts/list': { who: anybody },
  'drafts/get': { who: row(members) },
  'drafts/put': { who: row(members), body: { content: 'not yet' } },
  'drafts/clear': { who: row(members) },
  'devices/register': { who: anybody, body: { platform: 'fcm', token: 'a-phone-of-nobody' } },
  'devices/list': { who: anybody },
  'devices/remove': { who: anybody },
  'devices/vapid-key': { who: anybody },
  'notification-preferences/get': { who: anybody },
  'notification-preferences/put': { who: anybody, body: { email: false } },
  'notification-preferences/of-conversation': { who: row(members) },
  'notification-preferences/put-of-conversation': { who: row(members), body: { notifications: 'mentions' } },
  'members/list': { who: row(readers) },
  'members/add': { who: row('403 404 403 ok ok 403 ok ok'), body: { memberIds: ['newcomer'] } },
  'members/update': {
    who: row('403 404 403 403 ok 403 ok ok'),
    body: { role: 'admin' },
    userId: 'another-member',
  },
  'members/remove': { who: row('403 404 403 ok ok 403 ok ok'), userId: 'another-member' },
  // The group is closed.
  'members/join': { who: row('ok 404 ok ok ok 404 404 404') },
  'members/leave': { who: row('ok 404 ok ok last 403 403 403') },
  'messages/create': {
    who: row('ok 404 ok ok ok 403 403 ok'),
    body: { clientMessageId: 'c-1', content: 'hello' },
  },
  'messages/list': { who: row(readers) },
  'messages/get': { who: row(readers) },
  'messages/update': { who: row('ok 404 403 403 403 403 403 403'), body: { content: 'changed' } },
  'conversations/read': { who: row('ok 404 ok ok ok 403 403 403'), body: { seq: 1 } },
  'messages/read': { who: row('ok 404 ok ok ok 403 403 403') },
  'messages/receipts': { who: row(readers) },
  'messages/delete': { who: row('ok 404 403 ok ok ok ok ok') },
  'reactions/list': { who: row(readers) },
  'reactions/add': { who: row('ok 404 ok ok ok 403 403 403'), body: { emoji: '👍' } },
  'reactions/remove': { who: row('ok 404 ok ok ok 403 403 403') },
  'pins/list': { who: row(readers) },
  'pins/add': { who: row('403 404 403 ok ok ok ok ok') },
  'pins/remove': { who: row('403 404 403 ok ok ok ok ok') },
  'sync/create': { who: anybody, body: { conversations: [] } },
  'messages/hide': { who: row('ok 404 ok ok ok 403 403 403') },
  'messages/history': { who: row('403 404 403 ok ok ok ok ok') },
  'threads/replies': { who: row(readers) },
  'threads/read': { who: row('ok 404 ok ok ok 403 403 403'), body: { seq: 1 } },
  'webhooks/list': { who: hostOnly },
  'webhooks/create': { who: hostOnly, body: { url: 'http://127.0.0.1:1/' } },
  'webhooks/get': { who: ownHostOnly },
  'webhooks/update': { who: ownHostOnly, body: { description: 'renamed' } },
  'webhooks/delete': { who: ownHostOnly },
  'webhooks/rotate-secret': { who: ownHostOnly },
  'webhooks/test': { who: ownHostOnly },
  'webhooks/deliveries': { who: ownHostOnly },
  'webhooks/redeliver': { who: ownHostOnly },
  'webhooks/replay': {
    who: ownHostOnly,
    body: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z', replayId: 'r-1' },
  },
  'ws-tickets/create': { who: anybody },
  'health/live': { who: anybody },
  'health/ready': { who: anybody },
  'docs/openapi': { who: anybody },
  'docs/page': { who: anybody },
};

//                     author outsider member admin owner tenantModerator tenantAdmin service
export const commandTable: Record<string, { who: Record<Standing, Outcome>; data: Record<string, unknown> }> = {
  'message.send': {
    who: row('ok 404 ok ok ok 403 403 ok'),
    data: { clientMessageId: 'c-1', content: 'hello' },
  },
  'message.edit': { who: row('ok 404 403 403 403 403 403 403'), data: { content: 'changed' } },
  'message.delete': { who: row('ok 404 403 ok ok ok ok ok'), data: {} },
  'reaction.add': { who: row('ok 404 ok ok ok 403 403 403'), data: { emoji: '👍' } },
  'reaction.remove': { who: row('ok 404 ok ok ok 403 403 403'), data: { emoji: '👍' } },
  'typing.start': { who: row('ok 404 ok ok ok 403 403 ok'), data: {} },
  'typing.stop': { who: row('ok 404 ok ok ok 403 403 ok'), data: {} },
  'presence.heartbeat': { who: anybody, data: { status: 'online' } },
  sync: { who: anybody, data: { conversations: [] } },
  'receipt.read': { who: row('ok 404 ok ok ok 403 403 403'), data: {} },
  'receipt.delivered': { who: row('ok 404 ok ok ok 403 403 403'), data: { seq: 1 } },
  subscribe: { who: row('ok 404 ok ok ok 403 403 403'), data: {} },
  unsubscribe: { who: row('ok 404 ok ok ok ok ok ok'), data: {} },
};
