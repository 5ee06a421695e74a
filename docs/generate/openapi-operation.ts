/** One route on one of its paths, as an OpenAPI operation. */
import type * as z from 'zod';
import { type ErrorCode, errorCatalogue } from '../../shared/protocol/errors.ts';
import { problem } from '../../shared/protocol/problem.ts';
import type { Route } from '../../shared/protocol/route.ts';
import { answerExample, exampleOf } from './examples/examples.ts';
import { accessMeaning } from './guide.ts';
import { problemMediaType } from './problem.ts';
import { errorsOf, operationIdOf, parametersIn, statusOf } from './resources.ts';
import type { JsonSchema, SchemaBook } from './schemas.ts';

export type Operation = Record<string, unknown>;

interface Place {
  route: Route;
  path: string;
  tag: string;
  book: SchemaBook;
}

const json = (schema: JsonSchema, example: unknown) => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
});

/** A twin's id tells what its path names beside the main one's: `messagesGetInConversation`. */
const operationId = ({ name, paths }: Route, path: string): string => {
  const base = operationIdOf(name);
  if (path === paths[0]) return base;
  const [extra] = parametersIn(path).filter((parameter) => !parametersIn(paths[0]).includes(parameter));
  if (!extra) return `${base}Alias${paths.indexOf(path) > 1 ? paths.indexOf(path) : ''}`;
  return `${base}In${extra.charAt(0).toUpperCase()}${extra.slice(1).replace(/Id$/, '')}`;
};

/** OpenAPI shows a parameter's description beside it, not within its schema. */
const parameter = (
  name: string,
  place: 'path' | 'query',
  required: boolean,
  { description, examples, ...schema }: JsonSchema,
) => ({
  name,
  in: place,
  required,
  ...(description && { description }),
  schema: { ...schema, ...(examples && { examples }) },
});

const propertiesOf = (schema: z.ZodType | undefined, book: SchemaBook) => {
  const { properties = {}, required = [] } = schema ? book.of(schema, 'input') : {};
  return Object.entries(properties).map(([name, property]) => ({
    name,
    required: required.includes(name),
    schema: typeof property === 'boolean' ? {} : property,
  }));
};

const parametersOf = ({ route, path, book }: Place) => {
  const inPath = parametersIn(path);
  return [
    ...propertiesOf(route.params, book)
      .filter(({ name }) => inPath.includes(name))
      .map(({ name, schema }) => parameter(name, 'path', true, schema)),
    ...propertiesOf(route.query, book).map(({ name, required, schema }) => parameter(name, 'query', required, schema)),
  ];
};

const success = ({ route, book }: Place) => {
  if (route.status === 204) return { description: 'Done.' };
  if (!route.answer) return { description: 'A page.', content: { 'text/html': { schema: { type: 'string' } } } };
  const description = route.status === 201 ? 'Created.' : 'Done.';
  return { description, content: json(book.of(route.answer, 'output'), answerExample(route)) };
};

/** What API Gateway answers itself to whoever comes without a good token, where one is needed. */
const gatewaySays: Partial<Record<number, string>> = {
  401: 'In the words of API Gateway: no token.',
  403: 'In the words of API Gateway: a token that is not good.',
};

const failure = (status: number, codes: readonly ErrorCode[], book: SchemaBook, needsToken: boolean) => {
  const said = needsToken ? gatewaySays[status] : undefined;
  return {
    description: [
      ...codes.map((code) => `\`${code}\`: ${errorCatalogue[code].title}. ${errorCatalogue[code].advice}`),
      ...(said ? [said] : []),
    ].join('\n\n'),
    ...(status === 429 && { headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } }),
    content: {
      ...(codes.length > 0 && {
        [problemMediaType]: {
          schema: book.of(problem, 'output'),
          examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
        },
      }),
      ...(said && json(gatewayAnswer, undefined)),
    },
  };
};

const gatewayAnswer: JsonSchema = {
  type: 'object',
  properties: { message: { type: 'string' } },
  required: ['message'],
};

const security: Record<Route['access'], readonly object[]> = {
  public: [],
  token: [{ bearer: [] }],
  // OpenAPI 3.1 lets the list name the roles that are needed.
  service: [{ bearer: ['service'] }],
};

export const operationOf = (place: Place): Operation => {
  const { route, path, tag, book } = place;
  const parameters = parametersOf(place);
  const needsToken = route.access !== 'public';
  const failures = Map.groupBy(errorsOf(route), statusOf);
  const statuses = new Set([...failures.keys(), ...(needsToken ? Object.keys(gatewaySays).map(Number) : [])]);
  return {
    operationId: operationId(route, path),
    tags: [tag],
    summary: route.summary,
    description: [
      `Access: ${accessMeaning[route.access].toLowerCase()}.`,
      ...(path === route.paths[0] ? [] : [`The same as \`${route.method} ${route.paths[0]}\`.`]),
    ].join(' '),
    security: security[route.access],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: { required: true, content: json(book.of(route.body, 'input'), exampleOf(route.body)) },
    }),
    responses: {
      [route.status]: success(place),
      ...Object.fromEntries(
        [...statuses].map((status) => [status, failure(status, failures.get(status) ?? [], book, needsToken)]),
      ),
    },
  };
};
