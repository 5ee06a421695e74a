/** A tenant's hook that is asked before a message is stored, through both doors, with a real receiver. */
import { describe, expect, it } from 'vitest';
import type { MeteredCall } from '../../infra/local/ports.ts';
import type { Message } from '../../shared/protocol/message.ts';
import { isPost } from '../support/budgets.ts';
import { aHookedWorld, askerOf, hookedAssembly, saying } from '../support/hooked.ts';
import type { Person } from '../support/person.ts';
import { type Received, type Reply, verified } from '../support/receiver.ts';
import { contentsOf, createsGroup, posts, says } from '../support/room.ts';
import { tableContent } from '../support/table-content.ts';

const { world, receiver, questions, secretOf } = aHookedWorld(await hookedAssembly());

let people = 0;

/** Two members of a tenant, new to each test: nobody may send much in a minute. */
const given = async (tenant: string) => {
  people += 1;
  const [ada, bob] = await Promise.all(['ada', 'bob'].map((name) => world.person(`${name}-${people}`, { tenant })));
  if (!ada || !bob) throw new Error('Somebody is missing.');
  return { ada, bob, room: await createsGroup(ada, [bob]) };
};
const refuses = (reason?: string): Reply => saying({ action: 'refuse', reason });
const messagesPath = ({ id }: { id: string }) => `/api/conversations/${id}/messages`;

/** What is stored of conversations, without what counts how much somebody sends. */
const conversations = async () =>
  Object.fromEntries(Object.entries(await tableContent(world.cloud)).filter(([key]) => key.includes('#CONV#')));

/** At which round trip the message was stored: the last that was put before anybody was told. */
const storedAt = (calls: readonly MeteredCall[]): number => {
  const told = Math.min(...calls.filter(isPost).map(({ depth }) => depth));
  const puts = calls.filter(({ action, depth }) => action === 'dynamodb:PutItem' && depth < told);
  return Math.max(...puts.map(({ depth }) => depth));
};

describe('a message that the hook allows', () => {
  it('is stored as it is, by either door, after a signed question about it', async () => {
    const { ada, room } = await given('moderated');
    const phone = await ada.connects();

    await says(phone, room, 'one', 'c1');
    await posts(ada, room, 'two', { clientMessageId: 'c2', contentType: 'text/markdown' });

    expect(await contentsOf(ada, room)).toEqual(['one', 'two']);
    const asked = { event: 'message.send', tenantId: 'moderated', sender: ada.id, messageId: null };
    const about = { attachments: [], replyTo: null, threadId: null };
    expect(questions()).toEqual([
      {
        ...asked,
        conversation: { id: room.id, type: 'group' },
        draft: { ...about, clientMessageId: 'c1', content: 'one', contentType: 'text/plain' },
      },
      {
        ...asked,
        conversation: { id: room.id, type: 'group' },
        draft: { ...about, clientMessageId: 'c2', content: 'two', contentType: 'text/markdown' },
      },
    ]);
    const [received] = receiver().received as [Received];
    expect(verified(await secretOf('moderated'), received)).toEqual(questions()[0]);
    expect(() => verified(Buffer.alloc(48).toString('base64'), received)).toThrow();
  });

  it('takes one round trip more, and the same units', async () => {
    const { ada, room } = await given('moderated');
    const phone = await ada.connects();
    await says(phone, room, 'warm');

    await says(phone, room, 'one');

    const calls = world.cloud.meter.lastOf('WebSocket/message-send')?.calls ?? [];
    expect(calls.filter(({ action }) => action === 'lambda:Invoke')).toHaveLength(1);
    expect(storedAt(calls)).toBe(5);
  });

  it('takes four of them if it is edited', async () => {
    const { ada, room } = await given('moderated');
    const message = await posts(ada, room, 'one');
    await ada.does('PATCH', `/api/messages/${message.id}`, { content: 'two' });
    expect(world.cloud.meter.lastOf('Http/messages-update')?.roundTrips).toBe(4);
  });
});

it('a message that the hook changes is stored, told and read as the hook wants it', async () => {
  const { ada, bob, room } = await given('enriched');
  const laptop = await bob.connects();
  receiver().replies = () => saying({ action: 'change', content: `well, @${bob.id}` });

  const message = await posts(ada, room, 'damn', { contentType: 'text/markdown' });

  expect(message).toMatchObject({ content: `well, @${bob.id}`, contentType: 'text/markdown', mentions: [bob.id] });
  const calls = world.cloud.meter.lastOf('Http/messages-create')?.calls ?? [];
  // Five before it is stored; an instance that is new reads the key for its question first.
  const isNew = calls.some(({ action }) => action.startsWith('secretsmanager:'));
  expect(storedAt(calls)).toBe(isNew ? 7 : 6);
  await laptop.hearsEvent('message.new', ({ content }) => content === message.content);
  expect(await contentsOf(bob, room)).toEqual([message.content]);
  expect(questions()).toHaveLength(1);
});

describe('a message that the hook refuses', () => {
  it('leaves nothing behind, and its sender is told why', async () => {
    const { ada, room } = await given('moderated');
    const phone = await ada.connects();
    await posts(ada, room, 'one');
    const before = await conversations();
    receiver().replies = () => refuses('Be kind.');

    const problem = await ada.isRefused('message_refused', 'POST', messagesPath(room), {
      clientMessageId: 'c2',
      content: 'two',
    });
    const error = await phone.isRefused('message.send', {
      conversationId: room.id,
      clientMessageId: 'c3',
      content: 'three',
    });

    expect(problem).toMatchObject({ status: 422, detail: 'Be kind.' });
    expect(error).toMatchObject({ code: 'message_refused', message: 'Be kind.' });
    expect(await conversations()).toEqual(before);

    receiver().replies = () => saying({ action: 'allow' });
    // Corrected, under the same clientMessageId: without a gap.
    expect(await posts(ada, room, 'too', { clientMessageId: 'c2' })).toMatchObject({ seq: 2, content: 'too' });
  });

  it('has a reason of 200 characters at most', async () => {
    const { ada, room } = await given('moderated');
    receiver().replies = () => refuses('x'.repeat(1_000));
    const { detail } = await ada.isRefused('message_refused', 'POST', messagesPath(room), {
      clientMessageId: 'c1',
      content: 'one',
    });
    expect(detail).toBe('x'.repeat(200));
  });
});

describe('a message that is sent again', () => {
  it('is not asked about once it is stored, whatever the hook would say now', async () => {
    const { ada, room } = await given('moderated');
    const first = await posts(ada, room, 'one', { clientMessageId: 'c1' });
    receiver().replies = () => refuses();

    expect(await posts(ada, room, 'one', { clientMessageId: 'c1' })).toEqual(first);
    expect(questions()).toHaveLength(1);
    const again = world.cloud.meter.lastOf('Http/messages-create')?.calls ?? [];
    const lookups = again.filter(({ action }) => !action.startsWith('execute-api:'));
    expect(Math.max(...lookups.map(({ depth }) => depth))).toBeLessThanOrEqual(4);
  });

  it('is asked about where the first attempt died before it was stored: it may say something else', async () => {
    const { ada, room } = await given('moderated');
    // The receipt is written, the message is not.
    world.cloud.faults.add({
      function: 'Http/messages-create',
      action: 'dynamodb:PutItem',
      after: 1,
      times: 1,
      fault: { kind: 'crash-before' },
    });
    await ada.asks('POST', messagesPath(room), { clientMessageId: 'c1', content: 'kind' });
    receiver().replies = () => refuses();

    await ada.isRefused('message_refused', 'POST', messagesPath(room), { clientMessageId: 'c1', content: 'unkind' });
    expect(await contentsOf(ada, room)).toEqual([]);
  });
});

describe('an edit', () => {
  const edits = (person: Person, { id }: Message, content: string) =>
    person.does<Message>('PATCH', `/api/messages/${id}`, { content });

  it('is asked about as well: allowed, changed or refused', async () => {
    const { ada, room } = await given('moderated');
    const phone = await ada.connects();
    const message = await posts(ada, room, 'one', { clientMessageId: 'c1' });

    expect(await edits(ada, message, 'two')).toMatchObject({ content: 'two', version: 2 });
    expect(questions().at(-1)).toMatchObject({
      event: 'message.edit',
      messageId: message.id,
      sender: ada.id,
      draft: { clientMessageId: 'c1', content: 'two', contentType: 'text/plain' },
    });

    receiver().replies = () => saying({ action: 'change', content: '****' });
    const changed = await edits(ada, message, 'three');
    expect(changed).toMatchObject({ content: '****', version: 3 });
    const again = { messageId: message.id, content: 'three', expectedVersion: 2 };
    expect(await phone.does('message.edit', again, 'message.updated')).toEqual(changed);

    receiver().replies = () => refuses('No.');
    expect(await phone.isRefused('message.edit', { messageId: message.id, content: 'four' })).toMatchObject({
      code: 'message_refused',
    });
    expect(await contentsOf(ada, room)).toEqual(['****']);
  });

  it('that may not be made is refused without a question', async () => {
    const { ada, bob, room } = await given('moderated');
    const message = await posts(ada, room, 'one');
    await bob.isRefused('forbidden', 'PATCH', `/api/messages/${message.id}`, { content: 'two' });
    expect(questions()).toHaveLength(1);
  });
});

/** What is no answer. */
const failures: [string, () => Reply][] = [
  ['does not answer in time', () => 'silence'],
  ['cuts the connection', () => 'reset'],
  ['answers 500', () => ({ status: 500, body: '{"action":"allow"}' })],
  ['points elsewhere', () => ({ status: 307, headers: { location: `${receiver().url}/elsewhere` } })],
  ['answers what is no JSON', () => ({ status: 200, body: 'allow' })],
  ['answers what nobody knows', () => saying({ action: 'perhaps' })],
  ['wants what no message may be', () => saying({ action: 'change', content: '' })],
];

describe.each(failures)('a hook that %s', (_, reply) => {
  it('lets messages through where that is the tenant’s choice', async () => {
    const { ada, room } = await given('enriched');
    receiver().replies = reply;
    expect(await posts(ada, room, 'one')).toMatchObject({ content: 'one' });
    expect(receiver().received.map(({ path }) => path)).toEqual(['/hook']);
    receiver().replies = () => saying({ action: 'allow' });
    // A success in between keeps the circuit closed.
    await posts(ada, room, 'two');
  });

  it('has them refused, to be sent again, where that is', async () => {
    const { ada, room } = await given('moderated');
    const before = await conversations();
    receiver().replies = reply;
    const draft = { clientMessageId: 'c1', content: 'one' };
    await ada.isRefused('hook_unavailable', 'POST', messagesPath(room), draft);
    expect(await conversations()).toEqual(before);
    receiver().replies = () => saying({ action: 'allow' });
    expect(await posts(ada, room, 'one', draft)).toMatchObject({ seq: 1 });
  });
});

it('a hook that keeps failing is left alone', async () => {
  const { ada, room } = await given('broken');
  receiver().replies = () => ({ status: 500 });
  for (let n = 1; n <= 8; n += 1) {
    const draft = { clientMessageId: `c${n}`, content: 'one' };
    await ada.isRefused('hook_unavailable', 'POST', messagesPath(room), draft);
  }
  expect(receiver().received).toHaveLength(5);
});

it('a hook must not lead to where only our own functions are', async () => {
  const { ada, room } = await given('inward');
  await ada.isRefused('hook_unavailable', 'POST', messagesPath(room), { clientMessageId: 'c1', content: 'one' });
  expect(receiver().received).toEqual([]);
});

it('a tenant’s own function is asked by its ARN', async () => {
  const { ada, room } = await given('by-arn');
  receiver().replies = () => saying({ action: 'change', content: 'by ARN' });
  expect(await posts(ada, room, 'one')).toMatchObject({ content: 'by ARN' });
  expect(questions()).toMatchObject([{ tenantId: 'by-arn' }]);
});

it('nobody asks about what the host’s backend says, or what tenants without a hook do', async () => {
  const { room } = await given('moderated');
  receiver().replies = () => refuses();
  await posts(await world.service('moderated'), room, 'from the host');

  const { ada, room: elsewhere } = await given('another');
  await says(await ada.connects(), elsewhere, 'one');
  const calls = world.cloud.meter.lastOf('WebSocket/message-send')?.calls ?? [];
  expect(calls.filter(({ action }) => action.startsWith('lambda:'))).toEqual([]);
  expect(receiver().received).toEqual([]);
});

it('functions may ask, and open the secret, exactly where they do', async () => {
  const report = world.cloud.permissions();
  const concerns = ({ action }: { action: string }) => /^(lambda|secretsmanager):/.test(action);
  expect(report.flatMap(({ denied }) => denied)).toEqual([]);
  const granted = report.filter((one) => one.granted.some(concerns)).map((one) => one.function);
  const senders = ['Http/messages-create', 'Http/messages-update', 'WebSocket/message-edit', 'WebSocket/message-send'];
  const askers = ['moderated', 'enriched', 'broken', 'inward'].map(askerOf);
  const others = granted.filter((name) => !/webhook|Queue/.test(name) && name !== 'Http/devices-vapid-key');
  expect(others.sort()).toEqual([...askers, ...senders].sort());
  const unused = report.filter((one) => others.includes(one.function)).flatMap((one) => one.unused.filter(concerns));
  expect(unused).toEqual([]);
});

it('logs hold nothing of what was asked or answered', async () => {
  const { ada, room } = await given('moderated');
  receiver().replies = () => refuses('a private reason');
  await ada.isRefused('message_refused', 'POST', messagesPath(room), { clientMessageId: 'c1', content: 'so private' });
  receiver().replies = () => saying({ action: 'so private' });
  await ada.isRefused('hook_unavailable', 'POST', messagesPath(room), { clientMessageId: 'c2', content: 'so private' });
  const logs = world.logs.join('\n');
  expect(logs).toContain('hook failed');
  for (const secret of [await secretOf('moderated'), receiver().url, 'private']) expect(logs).not.toContain(secret);
});
