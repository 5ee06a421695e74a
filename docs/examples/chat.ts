/**
 * A chat in the terminal, with nothing but what Node has: `npm run chat -- ada bob` in one, `npm run chat -- bob ada` in another.
 * Shows the whole round: a token, a conversation, its history, a socket, a send that is safe to repeat.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { ServerFrame } from '../../shared/protocol/events.ts';
import type { Message } from '../../shared/protocol/message.ts';

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
const { id } = await asks<{ id: string }>('POST', '/api/conversations', { type: 'direct', memberIds: [other] });
const shown = new Set<number>();

const socket = new WebSocket(`ws://${origin}/ws?token=${token}`);
const opened = once(socket, 'open');
// Read once the socket listens, and shown first: nothing falls between what was said and what is being said.
const past = opened.then(async () => {
  const { messages } = await asks<{ messages: Message[] }>('GET', `/api/conversations/${id}/messages?limit=20`);
  for (const message of messages.reverse()) shows(message);
});
socket.addEventListener('message', async ({ data }) => {
  await past;
  hears(JSON.parse(String(data)) as ServerFrame);
});
socket.addEventListener('close', () => {
  console.log('The connection has ended.');
  process.exit();
});

await past;
const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: '' });
lines.on('line', (content) => {
  if (content.trim() === '') return;
  socket.send(
    JSON.stringify({ event: 'message.send', data: { conversationId: id, clientMessageId: randomUUID(), content } }),
  );
});
lines.on('close', () => socket.close());
console.log(`You are ${me}. Write to ${other}; Ctrl-C ends it.`);

function hears(frame: ServerFrame): void {
  if (frame.event === 'batch') for (const one of frame.data.events) hears(one as ServerFrame);
  else if (frame.event === 'message.new' && frame.data.conversationId === id) shows(frame.data);
  else if (frame.event === 'error') console.log(`! ${frame.data.code}: ${frame.data.message}`);
}

/** Delivery is at least once: what was shown before is recognised by its number. */
function shows(message: Message): void {
  if (shown.has(message.seq) || message.content === null) return;
  shown.add(message.seq);
  console.log(`${message.senderId}: ${message.content}`);
}
