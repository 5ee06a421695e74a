/** The HTTP API as an OpenAPI 3.1 document. */
import project from '../../package.json' with { type: 'json' };
import { errorCatalogue } from '../../shared/protocol/errors.ts';
import { routes } from '../../shared/protocol/routes.ts';
import { httpTopics, introduction } from './guide.ts';
import { type Operation, operationOf } from './openapi-operation.ts';
import { errorsByStatus, problemExample } from './problem.ts';
import { httpRoots } from './reference.ts';
import { resourcesOf } from './resources.ts';
import { schemaBook } from './schemas.ts';

const description = [introduction, ...httpTopics.map(({ title, text }) => `**${title}.** ${text}`)].join('\n\n');

const problemExamples = Object.fromEntries(
  errorsByStatus.map((code) => [
    code,
    { summary: errorCatalogue[code].title, description: errorCatalogue[code].advice, value: problemExample(code) },
  ]),
);

export const openapi = () => {
  const book = schemaBook(httpRoots);
  const resources = resourcesOf(routes);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const { title, routes: own } of resources) {
    for (const route of own) {
      for (const path of route.paths) {
        paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf({ route, path, tag: title, book }) };
      }
    }
  }

  return {
    openapi: '3.1.1',
    info: {
      title: 'Parley',
      summary: project.description,
      description,
      version: project.version,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://localhost:4000', description: 'On your own machine' }],
    tags: resources.map(({ title, description: text }) => ({ name: title, ...(text && { description: text }) })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token of an issuer that the tenant trusts.',
        },
      },
      headers: {
        RetryAfter: { description: 'Seconds to wait.', required: true, schema: { type: 'integer', minimum: 1 } },
      },
      examples: problemExamples,
      schemas: book.components,
    },
  };
};
