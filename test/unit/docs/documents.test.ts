import { DiagnosticSeverity, Parser } from '@asyncapi/parser';
import { validate } from '@readme/openapi-parser';
import { describe, expect, it } from 'vitest';
import { asyncapi } from '../../../docs/generate/asyncapi.ts';
import { openapi } from '../../../docs/generate/openapi.ts';
import { commands } from '../../../shared/protocol/commands.ts';
import { serverEvents } from '../../../shared/protocol/events.ts';
import { routes } from '../../../shared/protocol/routes.ts';

/** As a reader of the file gets it. */
const written = <T>(document: T): T => JSON.parse(JSON.stringify(document));

type Operation = {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean }[];
  responses: Record<string, { headers?: object; content?: Record<string, { examples?: object }> }>;
};

const operations = () =>
  Object.entries(openapi().paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation: operation as Operation,
    })),
  );

/** Every object within that holds this key. */
const holding = (value: unknown, key: string): Record<string, unknown>[] => {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap((one) => holding(one, key));
  return key in value ? [value as Record<string, unknown>, ...inner] : inner;
};

describe('the OpenAPI document', () => {
  it('is valid to an independent validator, without a warning', async () => {
    const result = await validate(written(openapi()) as Parameters<typeof validate>[0]);
    expect(result).toMatchObject({ valid: true, warnings: [] });
  });

  it('has every route on every one of its paths, and nothing else', () => {
    const documented = operations().map(({ method, path }) => `${method} ${path}`);
    const promised = routes.flatMap(({ method, paths }) => paths.map((path) => `${method} ${path}`));
    expect(documented.sort()).toEqual(promised.sort());
  });

  it('describes exactly the parameters that a path has', () => {
    for (const { path, operation } of operations()) {
      const described = (operation.parameters ?? []).filter((one) => one.in === 'path');
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(described.map(({ name }) => name).sort(), path).toEqual(inPath.sort());
      expect(described.every(({ required }) => required)).toBe(true);
    }
  });

  it('names each operation once', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('messagesGet');
    expect(ids).toContain('messagesGetInConversation');
  });

  it('documents every error that a route lists, under its status, with an example', () => {
    const all = operations();
    for (const route of routes) {
      const operation = all.find(({ method, path }) => method === route.method && path === route.paths[0]);
      const shown = Object.values(operation?.operation.responses ?? {}).flatMap(({ content }) =>
        Object.keys(content?.['application/problem+json']?.examples ?? {}),
      );
      expect(shown, route.name).toEqual(expect.arrayContaining([...route.errors]));
    }
  });

  it('tells of Retry-After wherever a limit may be met', () => {
    const limited = operations().flatMap(({ operation }) => operation.responses['429'] ?? []);
    expect(limited.length).toBeGreaterThan(0);
    for (const { headers } of limited) expect(headers).toHaveProperty('Retry-After');
  });

  it('asks for a token exactly where a route does', () => {
    const all = operations();
    for (const route of routes) {
      const operation = all.find(({ method, path }) => method === route.method && path === route.paths[0]);
      const wanted = { public: [], token: [{ bearer: [] }], service: [{ bearer: ['service'] }] }[route.access];
      expect(operation?.operation, route.name).toMatchObject({ security: wanted });
    }
  });
});

describe('the AsyncAPI document', () => {
  it('is valid to an independent validator, examples included', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncapi()));
    // It would rather see AsyncAPI 3.1, which few tools read yet.
    const complaints = diagnostics.filter(
      ({ code, severity }) => code !== 'asyncapi-latest-version' && severity <= DiagnosticSeverity.Warning,
    );
    expect(complaints).toEqual([]);
    expect(document).toBeDefined();
  });

  it('receives every command, and answers it with its event or an error', () => {
    const { operations: described } = written(asyncapi());
    for (const { name, answer } of commands) {
      expect(described[name], name).toMatchObject({
        action: 'receive',
        reply: {
          messages: [{ $ref: `#/channels/socket/messages/${answer}` }, { $ref: '#/channels/socket/messages/error' }],
        },
      });
    }
  });

  it('sends every event', () => {
    const { operations: described } = written(asyncapi());
    for (const { name } of serverEvents) expect(described[name], name).toMatchObject({ action: 'send' });
  });
});

describe.each([
  ['OpenAPI', openapi],
  ['AsyncAPI', asyncapi],
])('schemas of the %s document', (_, document) => {
  it('are all referred to, and every reference leads to one', () => {
    const whole = written<{ components: { schemas: object } }>(document());
    const names = Object.keys(whole.components.schemas);
    const mentioned = holding(whole, '$ref')
      .map(({ $ref }) => String($ref))
      .filter((ref) => ref.startsWith('#/components/schemas/'))
      .map((ref) => ref.slice('#/components/schemas/'.length));
    expect([...new Set(mentioned)].sort()).toEqual(names);
  });

  it('stand in one place each', () => {
    const { components, ...rest } = written<{ components: { schemas: Record<string, object> } }>(document());
    const elsewhere = new Set(holding(rest, 'properties').map((one) => JSON.stringify(one)));
    for (const [name, schema] of Object.entries(components.schemas)) {
      expect(elsewhere.has(JSON.stringify(schema)), name).toBe(false);
    }
  });
});
