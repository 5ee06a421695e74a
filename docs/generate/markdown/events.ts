import { publicEvents } from '../../../shared/protocol/domain-events.ts';
import { eventExample } from '../examples/domain-events.ts';
import { domainEventPages } from '../reference.ts';
import { anchorOf, code, fieldTable, jsonBlock, page, table } from './markup.ts';

export const eventsPage = (): string =>
  page(
    '# Events',
    'What the event bus `parley-<stage>` tells your other services: each event with its `detail-type`, the fields of its `detail`, and an example. How to hear them, and what to rely on, is [a page of its own](../events.md). Types are in [types.md](types.md).',
    table(
      ['event', 'what it tells', 'schema'],
      publicEvents.map(({ type, version, summary }) => [
        `[${code(type)}](#${anchorOf(type)})`,
        summary,
        `[v${version}](../events/${type}.v${version}.json)`,
      ]),
    ),
    ...domainEventPages.flatMap(({ event, fields }) => [
      `## ${event.type}`,
      event.summary,
      fieldTable(fields),
      jsonBlock(eventExample(event.type)),
    ]),
  );
