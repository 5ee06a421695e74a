/** A hook that is asked before a message is stored: `HOOK_SECRET=… node docs/examples/before-send-hook.ts`. docs/before-send-hook.md */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const hook = new Webhook(process.env.HOOK_SECRET ?? '');

createServer(async (request, response) => {
  try {
    const { draft } = hook.verify(await text(request), request.headers as Record<string, string>) as {
      draft: { content: string };
    };
    const content = draft.content.replaceAll(/\bdamn\b/gi, '****');
    const answer = content === draft.content ? { action: 'allow' } : { action: 'change', content };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  } catch {
    response.writeHead(400).end();
  }
}).listen(8080, () => console.log('Listening on http://localhost:8080'));
