/** Every generated page. Adding one is a line. */
import { publicEvents } from '../../shared/protocol/domain-events.ts';
import { jsonSchemaOf } from '../../shared/protocol/event-schemas.ts';
import { asyncapi } from './asyncapi.ts';
import { htmlPage } from './html/page.ts';
import { conformancePage } from './markdown/conformance.ts';
import { errorsPage } from './markdown/errors.ts';
import { eventsPage } from './markdown/events.ts';
import { httpPage } from './markdown/http.ts';
import { permissionsPage } from './markdown/permissions.ts';
import { typesPage } from './markdown/types.ts';
import { websocketPage } from './markdown/websocket.ts';
import { wiringPage } from './markdown/wiring.ts';
import { openapi } from './openapi.ts';
import { schemaPathOf } from './published-events.ts';

export interface Page {
  /** From the root of the project. */
  path: string;
  render(): string;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export const pages: readonly Page[] = [
  { path: 'docs/reference/openapi.json', render: () => json(openapi()) },
  { path: 'docs/reference/asyncapi.json', render: () => json(asyncapi()) },
  { path: 'docs/reference/http.md', render: httpPage },
  { path: 'docs/reference/websocket.md', render: websocketPage },
  { path: 'docs/reference/types.md', render: typesPage },
  { path: 'docs/reference/errors.md', render: errorsPage },
  { path: 'docs/reference/events.md', render: eventsPage },
  { path: 'docs/reference/permissions.md', render: permissionsPage },
  { path: 'docs/reference/wiring.md', render: wiringPage },
  { path: 'docs/reference/page.json', render: () => json(htmlPage()) },
  { path: 'docs/conformance.md', render: conformancePage },
  ...publicEvents.map((event) => ({ path: schemaPathOf(event), render: () => json(jsonSchemaOf(event)) })),
];
