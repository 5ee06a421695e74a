import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Outbox, OutboxEntry } from './outbox.ts';

const refreshSeconds = 5;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const style = `
  :root { color-scheme: light dark; --line: #8886; --quiet: light-dark(#595959, #b0b0b0) }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 0 auto; padding: 1rem }
  header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap }
  article { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem 1rem; margin: 1rem 0 }
  h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 0.25rem 0 }
  p.about { color: var(--quiet); margin: 0; overflow-wrap: anywhere }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0.5rem 0 }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; margin: 0.5rem 0 }
  dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere } details pre, dd { font-size: 0.9rem }
`;

const article = ({ kind, to, at, title, text, details }: OutboxEntry): string => `
<article>
  <p class="about">${kind === 'push' ? 'Push' : 'E-mail'} to ${escaped(to)}, <time datetime="${at}">${at}</time></p>
  <h2>${escaped(title)}</h2>
  <pre>${escaped(text)}</pre>
  <details><summary>What else was sent</summary><dl>${Object.entries(details)
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`)
    .join('')}</dl></details>
</article>`;

const page = (entries: readonly OutboxEntry[], refreshes: boolean): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
${refreshes ? `<meta http-equiv="refresh" content="${refreshSeconds}">` : ''}
<title>Outbox (${entries.length})</title>
<style>${style}</style>
</head>
<body>
<header><h1>Outbox</h1>
<p class="about">${
  refreshes
    ? `Looks again every ${refreshSeconds} seconds. <a href="/outbox?refresh=off">Hold still</a>`
    : '<a href="/outbox">Look again every few seconds</a>'
}</p></header>
<main>
${entries.length === 0 ? '<p>Nothing has been sent yet. Whoever is told of a message while they are not there is told here.</p>' : ''}
${entries.map(article).join('')}
</main>
</body>
</html>
`;

/** `/outbox`: what was sent from here, for people. */
export function outboxRoutes(outbox: Outbox) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET' }).end();
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // What users wrote is on it.
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    });
    response.end(page(outbox.entries(), !request.url?.includes('refresh=off')));
  };
}
