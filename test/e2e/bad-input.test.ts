import { beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/protocol/errors.ts';
import { routes } from '../../shared/protocol/routes.ts';
import { type Cast, castOf, type Stage, stageOf } from '../support/cast.ts';
import { type Answer, expectToBeProblem } from '../support/person.ts';
import { tableContent } from '../support/table-content.ts';
import { aWorld } from '../support/world.ts';
import { httpTable } from './permission-table.ts';

const world = aWorld({ alone: true });
let cast: Cast;
let stage: Stage;

beforeAll(async () => {
  cast = await castOf(world, 'bad-input');
  stage = await stageOf(cast);
});

const onStage = (path: string, userId = 'another-member') =>
  path
    .replace('{conversationId}', stage.group.id)
    .replace('{messageId}', stage.message.id)
    .replace('{emoji}', encodeURIComponent('👍'))
    .replace('{deviceId}', 'Xq3nUQyq0m1gWc0aVZ2y4A')
    .replace('{webhookId}', `wh_${'a'.repeat(22)}`)
    .replace('{deliveryId}', `dlv_${'a'.repeat(34)}`)
    .replace('{userId}', encodeURIComponent(userId));

const withMore = (body: unknown, more: string) => JSON.stringify(body).replace('{', `{${more},`);

interface BadBody {
  what: string;
  of(good: unknown): string | Uint8Array<ArrayBuffer>;
  code: ErrorCode;
  /** Fields that the answer has to name. */
  names?: string[];
}

const mebibyte = 1024 * 1024;
const badBodies: BadBody[] = [
  { what: 'that is missing', of: () => '', code: 'invalid_request', names: [''] },
  { what: 'that breaks off', of: (good) => JSON.stringify(good).slice(0, -1), code: 'malformed_json' },
  { what: 'with a comma too many', of: (good) => JSON.stringify(good).replace(/}$/, ',}'), code: 'malformed_json' },
  { what: 'with words after it', of: (good) => `${JSON.stringify(good)} and more`, code: 'malformed_json' },
  { what: 'of JavaScript', of: () => "{content: 'x', n: NaN}", code: 'malformed_json' },
  { what: 'of a form', of: () => 'content=x&clientMessageId=c', code: 'malformed_json' },
  { what: 'of bytes that are no text', of: () => Uint8Array.from([0x7b, 0xff, 0xfe, 0x00]), code: 'malformed_json' },
  { what: 'that is null', of: () => 'null', code: 'invalid_request', names: [''] },
  { what: 'that is a number', of: () => '5', code: 'invalid_request', names: [''] },
  { what: 'that is text', of: () => '"hello"', code: 'invalid_request', names: [''] },
  { what: 'that is a list', of: (good) => JSON.stringify([good]), code: 'invalid_request', names: [''] },
  { what: 'that is an empty object', of: () => '{}', code: 'invalid_request' },
  {
    what: 'with a field nobody knows',
    of: (good) => withMore(good, '"nonsense":1'),
    code: 'invalid_request',
    names: ['nonsense'],
  },
  {
    what: 'that names a tenant',
    of: (good) => withMore(good, '"tenant":"other"'),
    code: 'invalid_request',
    names: ['tenant'],
  },
  {
    what: 'with a prototype',
    of: (good) => withMore(good, '"__proto__":{"roles":["admin"]}'),
    code: 'invalid_request',
    names: ['__proto__'],
  },
  {
    what: 'with a constructor',
    of: (good) => withMore(good, '"constructor":{"prototype":{}}'),
    code: 'invalid_request',
    names: ['constructor'],
  },
  {
    what: 'with half a character for a name',
    of: (good) => withMore(good, '"\\ud800":1'),
    code: 'invalid_request',
    names: ['\ufffd'],
  },
  {
    what: 'nested a hundred thousand deep',
    of: () => '['.repeat(100_000) + ']'.repeat(100_000),
    code: 'invalid_request',
  },
  {
    what: 'nested deep in a field',
    of: (good) => withMore(good, `"x":${'{"x":'.repeat(50_000)}1${'}'.repeat(50_000)}`),
    code: 'invalid_request',
    names: ['x'],
  },
  {
    what: 'of more than a megabyte',
    of: (good) => withMore(good, `"x":"${'x'.repeat(mebibyte)}"`),
    code: 'payload_too_large',
  },
  {
    what: 'of more than a megabyte in fewer characters',
    of: (good) => withMore(good, `"x":"${'€'.repeat(mebibyte / 2)}"`),
    code: 'payload_too_large',
  },
];

/** A problem document and nothing that tells of what is behind it. */
const expectPlainProblem = (answer: Answer, code: ErrorCode): void => {
  expect(answer.body, answer.text.slice(0, 300)).toMatchObject({ code });
  expectToBeProblem(answer);
  expect(answer.text).not.toMatch(/\bat \S+ \(|node:|\.ts\b|\.mjs\b|stack|zod/i);
};

describe.each(routes.filter((route) => route.body))('$method $paths', (route) => {
  const caller = () => (route.access === 'service' ? cast.service : cast.owner);
  const good = httpTable[route.name]?.body;

  it('refuses a body that is none of its kind, and writes nothing', async () => {
    const before = await tableContent(world.cloud);
    for (const { what, of, code, names } of badBodies) {
      // A body may be all choice.
      if (what === 'that is an empty object' && route.body?.safeParse({}).success) continue;
      const answer = await caller().asks(route.method, onStage(route.paths[0]), of(good));
      expectPlainProblem(answer, code);
      const named = (answer.body as { errors?: { path: string }[] }).errors?.map((one) => one.path);
      if (names) expect(named, `a body ${what}`).toEqual(names);
    }
    expect(await tableContent(world.cloud)).toEqual(before);
  });
});

it('answers a body beyond what the gateway takes as the gateway does', async () => {
  const answer = await cast.owner.asks('PATCH', '/api/me', 'x'.repeat(10 * mebibyte + 1));
  expect({ status: answer.status, body: answer.body }).toEqual({
    status: 413,
    body: { message: 'Request Entity Too Large' },
  });
});

it.each([
  'application/json; charset=utf-8',
  'application/vnd.api+json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
])('reads JSON that is sent as %s', async (type) => {
  const me = JSON.stringify({ preferences: { locale: 'de' } });
  expect((await cast.owner.asks('PATCH', '/api/me', me, { 'content-type': type })).status).toBe(200);
  const text = JSON.stringify({ content: 'Grüße 👋' });
  const edited = await cast.author.asks('PATCH', `/api/messages/${stage.message.id}`, text, { 'content-type': type });
  expect(edited.body).toMatchObject({ content: 'Grüße 👋' });
});

describe('ids in paths', () => {
  const bad: Record<string, string[]> = {
    conversationId: [
      'nope',
      'g-short',
      `x-${'a'.repeat(22)}`,
      `g-${'a'.repeat(23)}`,
      `g-${'a'.repeat(21)}!`,
      '%00',
      '.1',
    ],
    messageId: [
      'nope',
      `g-${'a'.repeat(22)}`,
      `g-${'a'.repeat(22)}.0`,
      `g-${'a'.repeat(22)}.01`,
      `g-${'a'.repeat(22)}.1e3`,
      `g-${'a'.repeat(22)}.1234567890123`,
      `g-${'a'.repeat(22)}.-1`,
    ],
    deviceId: ['nope', 'x'.repeat(23), `${'x'.repeat(21)}!`, '%00'],
    webhookId: ['nope', 'wh_short', `wh_${'a'.repeat(23)}`, `dlv_${'a'.repeat(22)}`, '%00'],
    deliveryId: ['nope', 'dlv_short', `dlv_${'x'.repeat(34)}`, `dlv_${'a'.repeat(35)}`, '%00'],
    userId: ['x'.repeat(129), '%20', 'a%0Ab', '%00', 'a%E2%80%AEb', 'a%7Fb'],
  };
  const cases = routes.flatMap((route) =>
    [...route.paths].flatMap((path) =>
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ route, path, name, what: `${route.method} ${path}` })),
    ),
  );

  it.each(cases)('$what names a $name that is none', async ({ route, path, name }) => {
    for (const id of bad[name] ?? []) {
      const answer = await cast.service.asks(
        route.method,
        onStage(path.replace(`{${name}}`, id)),
        httpTable[route.name]?.body,
      );
      expectPlainProblem(answer, 'invalid_request');
      expect((answer.body as { errors: { path: string }[] }).errors.map((one) => one.path)).toEqual([name]);
    }
  });

  it.each(['/api/users/%zz', '/api/users/%ED%A0%80', '/api/users/%'])('%s is no path at all', async (path) => {
    const answer = await cast.owner.asks('GET', path);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 400, body: { message: 'Bad Request' } });
  });

  it.each([
    ['GET', '/api/nothing'],
    ['PUT', '/api/me'],
    ['GET', '/api/me/'],
    ['HEAD', '/api/me'],
    ['GET', '/'],
  ])('%s %s is nowhere', async (method, path) => {
    expect((await cast.owner.asks(method, path)).status).toBe(404);
  });
});

describe('when something behind it fails', () => {
  it.each([
    ['an error of the table', { kind: 'error' }, 'unavailable'],
    ['throttling by the table', { kind: 'throttle' }, 'unavailable'],
  ] as const)('answers %s with a problem that gives nothing away', async (_, fault, code) => {
    world.cloud.faults.add({ function: /^Http\/(conversations-get|messages-list|me-get)$/, fault });
    const group = `/api/conversations/${stage.group.id}`;
    const answers = await Promise.all(
      ['/api/me', group, `${group}/messages`].map((path) => cast.owner.asks('GET', path)),
    );
    for (const answer of answers) expectPlainProblem(answer, code);
  });
});
