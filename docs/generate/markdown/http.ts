import type { ErrorCode } from '../../../shared/protocol/errors.ts';
import { commonErrors } from '../../../shared/protocol/route.ts';
import { accessMeaning, httpTopics, introduction } from '../guide.ts';
import { type RoutePage, resourcePages, type Shape } from '../reference.ts';
import { ownErrorsOf } from '../resources.ts';
import { code, errorLink, fieldTable, page, table, typeText } from './markup.ts';

const shapeText = (shape: Shape | undefined) => (shape ? typeText(shape.type) : '');

const answerText = ({ route, answer }: RoutePage) => `${route.status} ${shapeText(answer)}`.trim();

const row = (one: RoutePage): string[] => {
  const { method, paths, summary, access } = one.route;
  return [
    paths.map((path) => code(`${method} ${path}`)).join('<br>'),
    summary,
    accessMeaning[access].toLowerCase(),
    shapeText(one.body),
    answerText(one),
    ownErrorsOf(one.route).map(errorLink).join(' '),
  ];
};

const listed = (codes: readonly ErrorCode[]) => codes.map(errorLink).join(' ');

const commonText = [
  'The tables list the errors of each route. Beside them,',
  `any may be answered with ${listed(commonErrors.all)};`,
  `any with a token, with ${listed(commonErrors.token)};`,
  `any for a service, with ${listed(commonErrors.service)};`,
  `and any with a body, with ${listed(commonErrors.body)}.`,
].join(' ');

const queries = (pages: readonly RoutePage[]) =>
  pages.flatMap(({ route, parameters }) => {
    const fields = parameters.filter(({ place }) => place === 'query');
    return fields.length === 0 ? [] : [`Query of ${code(`${route.method} ${route.paths[0]}`)}:`, fieldTable(fields)];
  });

export const httpPage = (): string =>
  page(
    '# HTTP API',
    introduction,
    'The same as a machine reads it: [openapi.json](openapi.json), which a running Parley serves at `/api/openapi.json`, and as a page at `/api/docs`. Types are in [types.md](types.md), error codes in [errors.md](errors.md), and what each role may do in [permissions.md](permissions.md).',
    ...httpTopics.flatMap(({ title, text }) => [`**${title}.** ${text}`]),
    commonText,
    ...resourcePages.flatMap(({ title, description, pages }) => [
      `## ${title}`,
      description,
      table(['route', 'what it does', 'who', 'body', 'answer', 'errors'], pages.map(row)),
      ...queries(pages),
    ]),
  );
