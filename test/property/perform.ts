import type { ServerFrame } from '../../shared/protocol/events.ts';
import type { Device } from '../support/device.ts';
import type { Person } from '../support/person.ts';
import type { Seat } from './cast.ts';
import type { Action, Keeping, Name, Outcome } from './model.ts';

/** Somebody does something in a conversation, through a device or over HTTP. */
export interface Command {
  tenant: string;
  by: Name;
  room: string;
  action: Action;
  seat: Seat | undefined;
}

/** These leave open whether anything was done. */
const vague = new Set(['internal', 'unavailable']);

const unknown: Outcome = { code: 'unknown' };

/** Asks once, and says what came of it. */
export const perform = async (person: Person, { room, action, seat }: Command): Promise<Outcome> => {
  const device = seat?.follower?.device;
  const frame = device && !device.closed ? frameOf(room, action) : undefined;
  if (!device || !frame) {
    const request = requestOf(room, action);
    return request ? overHttp(person, ...request) : unknown;
  }
  const outcome = await overSocket(device, frame.event, frame.data);
  if (outcome.code === 'unknown' && action.kind === 'send') seat?.follower?.doubts(room, action.clientMessageId);
  return outcome;
};

export const overHttp = async (person: Person, method: string, path: string, body?: unknown): Promise<Outcome> => {
  const answer = await person.asks<{ code?: string }>(method, path, body);
  if (answer.status < 300) return { code: 'ok', answer: answer.body };
  const code = answer.body?.code;
  return code === undefined || vague.has(code) ? unknown : { code };
};

/** Says that a device is there still. @returns whether it is known what came of it */
export const beat = async (device: Device, status: 'online' | 'away'): Promise<boolean> => {
  const { code } = await overSocket(device, 'presence.heartbeat', { status });
  if (code !== 'ok' && code !== 'unknown') throw new Error(`A heartbeat was refused: ${code}`);
  return code === 'ok';
};

/** A device does one thing at a time here: an answer of the gateway itself, which names no reference, is for that. */
const overSocket = async (device: Device, event: string, data: unknown): Promise<Outcome> => {
  const id = crypto.randomUUID();
  const before = device.frames.length;
  const answer = (): ServerFrame | undefined =>
    device.frames.slice(before).find((frame) => frame.id === id || frame.event === undefined);
  device.socket.send(JSON.stringify({ event, id, data }), () => undefined);
  await device.until(() => device.closed !== undefined || answer() !== undefined, `an answer to ${event}`);
  const frame = answer();
  if (!frame || frame.event === undefined) return unknown;
  if (frame.event !== 'error') return { code: 'ok', answer: frame.data };
  return vague.has(frame.data.code) ? unknown : { code: frame.data.code };
};

/** A reply that quotes is shown in the conversation as well. */
const draftOf = (room: string, action: Extract<Action, { kind: 'send' }>) => {
  const { clientMessageId, content, quotes, repliesTo, afterSeq } = action;
  const idOf = (seq: number | null) => (seq === null ? null : `${room}.${seq}`);
  const isBoth = quotes !== null && repliesTo !== null;
  const references = { replyTo: idOf(quotes), threadId: idOf(repliesTo), inConversation: isBoth };
  return { clientMessageId, content, ...references, afterSeq };
};

/** What goes over sockets; the rest goes over HTTP alone. */
const frameOf = (room: string, action: Action): { event: string; data: unknown } | undefined => {
  switch (action.kind) {
    case 'send':
      return { event: 'message.send', data: { conversationId: room, ...draftOf(room, action) } };
    case 'edit': {
      const { seq, content, expectedVersion } = action;
      return { event: 'message.edit', data: { messageId: `${room}.${seq}`, content, expectedVersion } };
    }
    case 'delete':
      return { event: 'message.delete', data: { messageId: `${room}.${action.seq}` } };
    case 'react':
    case 'unreact': {
      const event = action.kind === 'react' ? 'reaction.add' : 'reaction.remove';
      return { event, data: { messageId: `${room}.${action.seq}`, emoji: action.emoji } };
    }
    case 'mark':
      return { event: `receipt.${action.what}`, data: { conversationId: room, seq: action.seq } };
    case 'type':
      return { event: `typing.${action.what}`, data: { conversationId: room } };
    default:
      return undefined;
  }
};

/** Undefined for what goes over sockets alone. */
const requestOf = (room: string, action: Action): [method: string, path: string, body?: unknown] | undefined => {
  const path = `/api/conversations/${room}`;
  switch (action.kind) {
    case 'send':
      return ['POST', `${path}/messages`, draftOf(room, action)];
    case 'edit': {
      const { seq, content, expectedVersion } = action;
      return ['PATCH', `${path}/messages/${room}.${seq}`, { content, expectedVersion }];
    }
    case 'delete':
      return ['DELETE', `/api/messages/${room}.${action.seq}`];
    case 'react':
      return ['POST', `/api/messages/${room}.${action.seq}/reactions`, { emoji: action.emoji }];
    case 'unreact':
      return ['DELETE', `${path}/messages/${room}.${action.seq}/reactions/${encodeURIComponent(action.emoji)}`];
    case 'add':
      return ['POST', `${path}/members`, { memberIds: action.users, role: action.role }];
    case 'appoint':
      return ['PATCH', `${path}/members/${action.user}`, { role: action.role }];
    case 'remove':
      return ['DELETE', `${path}/members/${action.user}`];
    case 'join':
      return ['POST', `${path}/join`];
    case 'leave':
      return ['DELETE', `${path}/leave`];
    case 'retitle':
      return ['PATCH', path, { title: action.title }];
    case 'set':
      return ['PATCH', path, { settings: action.settings }];
    case 'hide':
      return ['POST', `/api/messages/${room}.${action.seq}/hide`];
    case 'pin':
      return ['PUT', `/api/messages/${room}.${action.seq}/pin`];
    case 'unpin':
      return ['DELETE', `/api/messages/${room}.${action.seq}/pin`];
    case 'read thread':
      return ['PUT', `${path}/messages/${room}.${action.seq}/replies/read`, {}];
    case 'end':
      return ['DELETE', path];
    case 'read':
      return ['GET', `${path}/messages?limit=100`];
    case 'mark':
      return action.what === 'read' ? ['PUT', `${path}/read`, { seq: action.seq }] : undefined;
    case 'type':
      return undefined;
    case 'block':
      return ['PUT', `/api/me/blocks/${action.user}`];
    case 'unblock':
      return ['DELETE', `/api/me/blocks/${action.user}`];
    case 'keep':
      return requestToKeep(path, action.what);
  }
};

const requestToKeep = (path: string, what: Keeping): [method: string, path: string, body?: unknown] => {
  switch (what) {
    case 'mark':
      return ['PUT', `${path}/unread`];
    case 'unmark':
      return ['DELETE', `${path}/unread`];
    case 'mute':
      return ['PATCH', `${path}/me`, { muted: true }];
    case 'pin':
      return ['PATCH', `${path}/me`, { pinned: true }];
    case 'archive':
      return ['PATCH', `${path}/me`, { archived: true }];
    case 'take back':
      return ['PATCH', `${path}/me`, { muted: false, archived: false, pinned: false }];
    case 'draft':
      return ['PUT', `${path}/draft`, { content: crypto.randomUUID() }];
    case 'clear':
      return ['DELETE', `${path}/draft`];
  }
};
