import { beforeAll, describe, expect, it } from 'vitest';
import { type Cast, castOf, type Stage, stageOf } from '../support/cast.ts';
import { tableContent } from '../support/table-content.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });
let cast: Cast;
let stage: Stage;

beforeAll(async () => {
  cast = await castOf(world, 'bad-fields');
  stage = await stageOf(cast);
});

const draft = { clientMessageId: 'c-1', content: 'hello' };

/** Where somebody's text comes in: who sends it where, as which field. */
const texts: Record<string, () => [keyof Cast, string, string, (text: string) => unknown]> = {
  content: () => [
    'member',
    'POST',
    `/api/conversations/${stage.group.id}/messages`,
    (content) => ({ ...draft, content }),
  ],
  clientMessageId: () => [
    'member',
    'POST',
    `/api/conversations/${stage.group.id}/messages`,
    (clientMessageId) => ({ ...draft, clientMessageId }),
  ],
  'attachments.0.label': () => [
    'member',
    'POST',
    `/api/conversations/${stage.group.id}/messages`,
    (label) => ({ ...draft, attachments: [{ externalFileId: 'f', label }] }),
  ],
  title: () => ['owner', 'PATCH', `/api/conversations/${stage.group.id}`, (title) => ({ title })],
  'memberIds.0': () => ['owner', 'POST', `/api/conversations/${stage.group.id}/members`, (id) => ({ memberIds: [id] })],
  displayName: () => ['service', 'POST', '/api/users/sync', (displayName) => ({ id: 'x', displayName })],
  replayId: () => [
    'service',
    'POST',
    `/api/webhooks/wh_${'a'.repeat(22)}/replay`,
    (replayId) => ({ from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z', replayId }),
  ],
  'users.0.id': () => ['service', 'POST', '/api/users/sync', (id) => ({ users: [{ id }] })],
};

const badTexts: [what: string, escaped: string, sentence: string][] = [
  ['the first half of a character', 'a\\ud83d', 'must not hold a lone surrogate'],
  ['the second half of a character', '\\udc4ba', 'must not hold a lone surrogate'],
  ['halves in the wrong order', '\\udc4b\\ud83d', 'must not hold a lone surrogate'],
  ['a null character', 'a\\u0000b', 'must not hold control characters'],
  ['an escape character', '\\u001b[31mred', 'must not hold control characters'],
  ['a deletion', 'a\\u007f', 'must not hold control characters'],
  ['a C1 control', 'a\\u0085b', 'must not hold control characters'],
  ['a reversal of direction', 'a\\u202egnp.exe', 'must not hold control characters'],
  ['nothing', '', 'must not be empty'],
  ['blanks only', ' \\u00a0\\u3000 ', 'must not be empty'],
];

describe.each(Object.keys(texts))('%s', (field) => {
  it('is refused with what it must not hold, and nothing is written', async () => {
    const [who, method, path, bodyOf] = (texts[field] as (typeof texts)[string])();
    const before = await tableContent(world.cloud);
    for (const [what, escaped, sentence] of badTexts) {
      // As text, because JSON.stringify would mend what is broken here.
      const body = JSON.stringify(bodyOf('TEXT')).replace('"TEXT"', `"${escaped}"`);
      const problem = await cast[who].isRefused('invalid_request', method, path, body);
      expect(problem.errors, what).toEqual([{ path: field, message: sentence }]);
    }
    for (const [value, sentence] of [
      ['5', 'must be text'],
      ['true', 'must be text'],
      ['{}', 'must be text'],
      ['["a"]', 'must be text'],
    ]) {
      const body = JSON.stringify(bodyOf('TEXT')).replace('"TEXT"', value as string);
      const problem = await cast[who].isRefused('invalid_request', method, path, body);
      expect(problem.errors, value).toEqual([{ path: field, message: sentence }]);
    }
    expect(await tableContent(world.cloud)).toEqual(before);
  });
});

it('takes line breaks in content, and in nothing that is one line', async () => {
  const messages = `/api/conversations/${stage.group.id}/messages`;
  await cast.member.does('POST', messages, { ...draft, content: 'one\ntwo\r\n\tthree' });
  for (const title of ['one\ntwo', 'one\ttwo', 'one\u2028two']) {
    const problem = await cast.owner.isRefused('invalid_request', 'PATCH', `/api/conversations/${stage.group.id}`, {
      title,
    });
    expect(problem.errors).toEqual([{ path: 'title', message: 'must be a single line' }]);
  }
});

it.each([
  ['0', 'must be at least 1'],
  ['-1', 'must be at least 1'],
  ['1.5', 'must be a whole number'],
  ['"1"', 'must be a number'],
  ['1e400', 'must be a number'],
  ['9007199254740993', 'must be at most 9007199254740991'],
  ['null', 'must be a number'],
])('refuses %s for a version: it %s', async (value, sentence) => {
  const body = `{"content":"new","expectedVersion":${value}}`;
  const path = `/api/messages/${stage.message.id}`;
  const problem = await cast.author.isRefused('invalid_request', 'PATCH', path, body);
  expect(problem.errors).toEqual([{ path: 'expectedVersion', message: sentence }]);
});

it('says in one voice what is wrong with each field', async () => {
  const problem = await cast.member.isRefused(
    'invalid_request',
    'POST',
    `/api/conversations/${stage.group.id}/messages`,
    {
      contentType: 'image/png',
      content: '',
      attachments: [{ externalFileId: 7, url: 'x' }, 'file'],
      replyTo: 'the last one',
      colour: 'red',
    },
  );
  expect(problem.errors).toEqual([
    { path: 'clientMessageId', message: 'is missing' },
    { path: 'content', message: 'must not be empty' },
    { path: 'contentType', message: 'must be one of "text/plain", "text/markdown"' },
    { path: 'attachments.0.externalFileId', message: 'must be text' },
    { path: 'attachments.0.label', message: 'is missing' },
    { path: 'attachments.0.url', message: 'is not known here' },
    { path: 'attachments.1', message: 'must be an object' },
    { path: 'replyTo', message: 'is not a message id' },
    { path: 'colour', message: 'is not known here' },
  ]);
});

it('names at most twenty of a thousand mistakes', async () => {
  const memberIds = Array.from({ length: 1_000 }, () => '');
  const problem = await cast.owner.isRefused('invalid_request', 'POST', '/api/conversations', {
    type: 'group',
    memberIds,
  });
  expect(problem.errors).toHaveLength(20);
});

it('shows a name back that the caller made up, cut short', async () => {
  const problem = await cast.owner.isRefused('invalid_request', 'PATCH', '/api/me', {
    preferences: {},
    ['x'.repeat(10_000)]: 1,
  });
  expect(problem.errors).toEqual([{ path: 'x'.repeat(64), message: 'is not known here' }]);
});
