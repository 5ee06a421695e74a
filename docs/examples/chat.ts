/**
 * A chat in the terminal, with nothing but what Node has: `npm run chat -- ada bob` in one, `npm run chat -- bob ada` in another.
 * Shows the whole round: a token, a conversation, its history, a socket, a send that is safe to repeat, and what was missed while the
 * connection was lost.
 */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { ServerFrame } from '../../shared/protocol/events.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { SyncPage } from '../../shared/protocol/sync.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '4000' } },
});
const [me, other] = positionals;
if (!me || !other) {
  console.error('Say who you are and whom you want to talk to: npm run chat -- ada bob');
  process.exit(1);
}
const origin = `localhost:${values.port}`;

const asks = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
  const answer = await fetch(`http://${origin}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    console.error(`Nothing answers at ${origin}: run npm start in another terminal first.`);
    process.exit(1);
  });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}`);
  return (await answer.json()) as Body;
};

// The local identity provider stands in for the host's own: on AWS, the host's login gives the token.
let token = '';
token = (await asks<{ token: string }>('POST', '/identity/token', { user: me })).token;

// The same two users always share one direct conversation, whoever asks first.
const conversation = { type: 'direct', memberIds: [other] };
const { id, seq, rev } = await asks<OwnConversation>('POST', '/api/conversations', conversation);
/** How far this client knows the conversation without a gap: what it missed begins here. */
let position = { seq, rev };
const shown = new Set<number>();
/**
 * What was sent and not answered yet, by `clientMessageId`: it is sent again on the next connection, just as it was, and stored once.
 * `afterSeq` says what this client knew when it was written, which makes sending it cheaper.
 */
const unanswered = new Map<string, { clientMessageId: string; content: string; afterSeq: number }>();

const { messages } = await asks<{ messages: Message[] }>('GET', `/api/conversations/${id}/messages?limit=20`);
for (const message of messages.reverse()) shows(message);

let socket = connects();
const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: '' });
lines.on('line', (content) => {
  if (content.trim() === '') return;
  const draft = { clientMessageId: randomUUID(), content, afterSeq: position.seq };
  unanswered.set(draft.clientMessageId, draft);
  sends(draft);
});
lines.on('close', () => process.exit());
console.log(`You are ${me}. Write to ${other}; Ctrl-C ends it.`);

function connects(): WebSocket {
  const next = new WebSocket(`ws://${origin}/ws?token=${token}`);
  next.addEventListener('open', () => {
    syncs();
    for (const draft of unanswered.values()) sends(draft);
  });
  next.addEventListener('message', ({ data }) => hears(JSON.parse(String(data)) as ServerFrame));
  next.addEventListener('close', () => {
    setTimeout(() => {
      socket = connects();
    }, 1_000);
  });
  return next;
}

function says(event: string, data: object): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ event, data }));
}

function sends(draft: { clientMessageId: string; content: string; afterSeq: number }): void {
  says('message.send', { conversationId: id, ...draft });
}

/** Once it listens: nothing falls between what was said and what is being said. */
function syncs(): void {
  says('sync', { conversations: [{ conversationId: id, ...position }] });
}

function hears(frame: ServerFrame): void {
  if (frame.event === 'batch') for (const one of frame.data.events) hears(one as ServerFrame);
  else if (frame.event === 'message.new' && frame.data.conversationId === id) shows(frame.data);
  else if (frame.event === 'sync.page') catchesUp(frame.data);
  else if (frame.event === 'message.sent') {
    unanswered.delete(frame.data.clientMessageId);
    knows(frame.data.seq);
  } else if (frame.event === 'error') console.log(`! ${frame.data.code}: ${frame.data.message}`);
}

function catchesUp({ conversations: [missed] }: SyncPage): void {
  if (!missed) return;
  for (const message of missed.messages) shows(message);
  position = missed.position;
  if (missed.hasMore) setTimeout(syncs, missed.messages.length > 0 ? 0 : 1_000);
}

/** Delivery is at least once: what was shown before is recognised by its number. */
function shows(message: Message): void {
  if (!shown.has(message.seq) && message.content !== null) console.log(`${message.senderId}: ${message.content}`);
  knows(message.seq);
}

function knows(number: number): void {
  shown.add(number);
  if (number === position.seq + 1) position = { ...position, seq: number };
}
