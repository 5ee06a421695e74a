import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../shared/protocol/errors.ts';
import type { Route } from '../../shared/protocol/route.ts';
import { routes } from '../../shared/protocol/routes.ts';
import {
  type Cast,
  castOf,
  foreigners,
  insiders,
  type Stage,
  type Standing,
  secrets,
  stageOf,
  webhookOf,
} from '../support/cast.ts';
import { forgedTokens } from '../support/forged-tokens.ts';
import { type Answer, expectToBeProblem, Person } from '../support/person.ts';
import { contentsOf, membersOf } from '../support/room.ts';
import { aWorld } from '../support/world.ts';
import { httpTable, type Outcome } from './permission-table.ts';

/** The same people do everything to one resource, at once. */
const world = aWorld({ tenantLimits: { messagesPerMinute: 6_000 } });
const standings: readonly Standing[] = [...insiders, ...foreigners];
/** A twin is the same function under another path: it has to know who asks, and that is all that could go wrong with it. */
const standingsAtTwins: readonly Standing[] = [insiders[0], 'outsider', ...foreigners];
const endpoints = routes.flatMap((route) =>
  route.paths.map((path, i) => ({ route, path, name: `${route.method} ${path}`, isTwin: i > 0 })),
);

/** The first route of each resource. */
const showing = new Set(
  Map.groupBy(routes, ({ name }) => name.split('/')[0])
    .values()
    .map(([route]) => route),
);

const expectationOf = (route: Route) => {
  const expectation = httpTable[route.name];
  if (!expectation) throw new Error(`${route.name} has no row in permission-table.ts: say who may call it.`);
  return expectation;
};

const emoji = '👍';
const deviceId = 'Xq3nUQyq0m1gWc0aVZ2y4A';
interface Ids {
  conversationId: string;
  messageId: string;
  userId: string;
  webhookId: string;
  deliveryId: string;
}
const pathOf = (path: string, ids: Ids) =>
  path.replace(/\{(\w+)\}/g, (_, name: keyof typeof ids | 'emoji' | 'deviceId') =>
    encodeURIComponent({ ...ids, emoji, deviceId }[name]),
  );

interface Scene {
  stage: Stage;
  webhook: { webhookId: string; deliveryId: string };
}

/** What paths of a resource are about, and no more than that. */
const setFor = async (resource: string, cast: Cast): Promise<Scene> => ({
  stage: await stageOf(cast),
  webhook: resource === 'webhooks' ? await webhookOf(cast) : absentWebhook,
});
const absentWebhook = { webhookId: `wh_${'x'.repeat(22)}`, deliveryId: `dlv_${'0'.repeat(12)}${'x'.repeat(22)}` };

/** One scene for all that change nothing: those who read, or those who are refused. */
interface Still extends Scene {
  cast: Cast;
  state: unknown;
}
const stills = new Map<string, Promise<Still>>();
const stillOf = (resource: string, whose: 'readers' | 'refused'): Promise<Still> => {
  const name = `${resource}-${whose}`;
  const set = async () => {
    const cast = await castOf(world, name);
    const scene = await setFor(resource, cast);
    return { ...scene, cast, state: await stateOf(cast, scene) };
  };
  const still = stills.get(name) ?? set();
  stills.set(name, still);
  return still;
};

const onStage = (route: Route, path: string, { stage: { group, message }, webhook }: Scene) =>
  pathOf(path, {
    conversationId: group.id,
    messageId: message.id,
    userId: expectationOf(route).userId ?? '',
    ...webhook,
  });

/** The same of what does not exist in any tenant. */
const nowhere = (path: string) => {
  const conversationId = `g-${randomBytes(16).toString('base64url')}`;
  return pathOf(path, { conversationId, messageId: `${conversationId}.1`, userId: 'no-such-user', ...absentWebhook });
};

/** All of an answer that could tell one thing from another; ids of requests are new each time. */
const seen = ({ status, text, headers }: Answer) => ({
  status,
  text,
  headers: [...headers].filter(([name]) => !['date', 'apigw-requestid', 'content-length'].includes(name)),
});

const expectOutcome = (answer: Answer, route: Route, outcome: Outcome, who: string): void => {
  const expected = outcome === 'ok' ? route.status : errorCatalogue[outcome].status;
  expect(answer.status, `${route.name} as ${who}: ${answer.text}`).toBe(expected);
  if (outcome === 'ok') return;
  expect(answer.body).toMatchObject({ code: outcome });
  expectToBeProblem(answer);
};

const stateOf = async ({ owner, service }: Cast, { stage: { group } }: Scene) => {
  await world.cloud.settled();
  return {
    conversation: await owner.does('GET', `/api/conversations/${group.id}`),
    members: await membersOf(owner, group),
    contents: await contentsOf(owner, group),
    webhooks: await webhooksOf(service),
  };
};

/** How its deliveries go changes by itself. */
const webhooksOf = async (service: Person) => {
  const { webhooks } = await service.does<{ webhooks: { failingSince: string | null }[] }>('GET', '/api/webhooks');
  return webhooks.map(({ failingSince: _, ...webhook }) => webhook);
};

it('has a row for each route, and for nothing else', () => {
  for (const route of routes) expectationOf(route);
  expect(Object.keys(httpTable).sort()).toEqual(routes.map((route) => route.name).sort());
});

describe.each(endpoints.filter(({ route }) => route.access !== 'public'))('$name', ({ route, path, isTwin }) => {
  const { who, body } = expectationOf(route);
  const [resource = ''] = route.name.split('/');
  const asking = isTwin ? standingsAtTwins : standings;
  const withOutcome = (isIt: (outcome: Outcome) => boolean) => asking.filter((standing) => isIt(who[standing]));
  const request = (person: Person, where: string) => person.asks(route.method, where, body);
  const changesStage = path.includes('{') && route.method !== 'GET';

  it('does what it should for those who may', async () => {
    const still = changesStage ? undefined : await stillOf(resource, 'readers');
    const cast = still?.cast ?? (await castOf(world, resource));
    await Promise.all(
      withOutcome((one) => one === 'ok').map(async (standing) => {
        const stage = still ?? (await setFor(resource, cast));
        const answer = await request(cast[standing], onStage(route, path, stage));
        expectOutcome(answer, route, 'ok', standing);
        if (foreigners.some((one) => one === standing)) expectNoSecret(answer);
      }),
    );
  });

  const refused = withOutcome((one) => one !== 'ok');
  if (refused.length === 0) return;

  it('refuses all others, leaves everything as it was, and does not let on whether it exists', async () => {
    const { cast, state, ...stage } = await stillOf(resource, 'refused');
    for (const standing of refused) {
      const answer = await request(cast[standing], onStage(route, path, stage));
      expectOutcome(answer, route, who[standing], standing);
      expectNoSecret(answer);
      if (who[standing] !== 'not_found') continue;
      const absent = await request(cast[standing], nowhere(path));
      expect(seen(answer), standing).toEqual(seen(absent));
    }
    expect(await stateOf(cast, stage)).toEqual(state);
  });
});

const expectNoSecret = ({ text, headers }: Answer): void => {
  const all = text + JSON.stringify([...headers]);
  for (const secret of secrets) expect(all).not.toContain(secret);
};

describe('without a good token', () => {
  let forged: Record<string, string>;
  let expired: string;
  let stage: Scene | undefined;
  const withToken = (token: string) =>
    new Person('?', token, { apiUrl: world.cloud.url, webSocketUrl: world.cloud.webSocketUrl });

  beforeAll(async () => {
    forged = await forgedTokens(world.cloud, { user: 'owner', tenant: 'tokens-home' });
    expired = await world.cloud.issueToken({ user: 'owner', tenant: 'tokens-home', expiresInSeconds: -31 });
  });

  it.each(endpoints)('$name answers as it should', async ({ route, path }) => {
    stage ??= await setFor('webhooks', await castOf(world, 'tokens'));
    const where = onStage(route, path, stage);
    const { body } = expectationOf(route);
    const headers = body === undefined ? undefined : { 'content-type': 'application/json' };
    const bare = await fetch(`${world.cloud.url}${where}`, {
      method: route.method,
      ...(headers ? { headers, body: JSON.stringify(body) } : {}),
    });
    const text = await bare.text();
    if (route.access === 'public') {
      expect(bare.status).toBe(route.status);
      return;
    }
    // The gateway answers for itself, before any function is asked.
    expect({ status: bare.status, text }).toEqual({ status: 401, text: '{"message":"Unauthorized"}' });

    // All ask the same authorizer: one of each resource shows what it says.
    if (!showing.has(route)) return;
    for (const [kind, token] of Object.entries(forged)) {
      const answer = await withToken(token).asks(route.method, where, body);
      expect({ status: answer.status, text: answer.text }, `a token ${kind}`).toEqual({
        status: 403,
        text: '{"message":"Forbidden"}',
      });
    }
    const late = await withToken(expired).isRefused('token_expired', route.method, where, body);
    expect(late.status).toBe(401);
  });

  it.each(['', 'Basic YWRhOmFkYQ==', 'Bearer', 'Bearer ', 'token'])(
    'takes Authorization: %j for none',
    async (value) => {
      const ada = await world.person('ada');
      for (const authorization of [value, `${value} ${ada.token}`]) {
        if (/^Bearer /i.test(authorization) && authorization.endsWith(ada.token)) continue;
        const answer = await fetch(`${world.cloud.url}/api/me`, { headers: { authorization } });
        expect([401, 403]).toContain(answer.status);
      }
    },
  );

  it('takes a token within the half minute that clocks may differ, and no longer', async () => {
    const issue = (expiresInSeconds: number) => world.cloud.issueToken({ user: 'ada', expiresInSeconds });
    await withToken(await issue(20)).does('GET', '/api/me');
    await withToken(await issue(-60)).isRefused('token_expired', 'GET', '/api/me');
  });
});
