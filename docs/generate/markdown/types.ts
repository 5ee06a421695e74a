import { type TypePage, typePages } from '../reference.ts';
import { fieldTable, jsonBlock, page, typeText } from './markup.ts';

const typeSection = ({ name, description, type, fields, example }: TypePage): string[] => [
  `## ${name}`,
  description,
  fields.length > 0 ? fieldTable(fields, '') : typeText(type, ''),
  example === undefined ? '' : jsonBlock(example),
];

export const typesPage = (): string =>
  page(
    '# Types',
    'What the [HTTP API](http.md) and the [WebSocket API](websocket.md) are made of. Times are ISO 8601 in UTC. Where a type is sent and answered in two variants, the one that is sent ends in `Input`.',
    ...typePages.flatMap(typeSection),
  );
