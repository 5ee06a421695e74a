import { socketTopics } from '../guide.ts';
import {
  type CommandPage,
  clientFrameFields,
  commandPages,
  type EventPage,
  eventPages,
  type Shape,
} from '../reference.ts';
import { anchorOf, code, errorLink, fieldTable, jsonBlock, page, table, typeText } from './markup.ts';

const dataText = ({ type, fields }: Shape): string =>
  fields.length > 0 ? fieldTable(fields) : `\`data\` is a ${typeText(type)}.`;

const linkTo = (name: string) => `[${code(name)}](#${anchorOf(name)})`;

const commandText = ({ command, data, errors, frame, answerFrame }: CommandPage): string[] => [
  `### ${command.name}`,
  command.summary,
  dataText(data),
  `Answer: ${linkTo(command.answer)}. Errors: ${errors.map(errorLink).join(' ')}`,
  jsonBlock(frame),
  'is answered with',
  jsonBlock(answerFrame),
];

const eventText = ({ event, data, frame }: EventPage): string[] => [
  `### ${event.name}`,
  event.summary,
  dataText(data),
  jsonBlock(frame),
];

export const websocketPage = (): string =>
  page(
    '# WebSocket API',
    'The same as a machine reads it: [asyncapi.json](asyncapi.json). Types are in [types.md](types.md), error codes in [errors.md](errors.md).',
    ...socketTopics.map(({ title, text }) => `**${title}.** ${text}`),
    'Every frame of a client:',
    fieldTable(clientFrameFields),
    table(
      ['command', 'what it does', 'answer'],
      commandPages.map(({ command }) => [linkTo(command.name), command.summary, linkTo(command.answer)]),
    ),
    table(
      ['event', 'what it tells'],
      eventPages.map(({ event }) => [linkTo(event.name), event.summary]),
    ),
    '## Commands',
    'What a client may say.',
    ...commandPages.flatMap(commandText),
    '## Events',
    'What the server says.',
    ...eventPages.flatMap(eventText),
  );
