/** A service that hears what happens in the chat: `WEBHOOK_SECRET=whsec_… npm run receive`. How to register it: docs/webhooks.md */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '');

createServer(async (request, response) => {
  try {
    // Over the body as it came: a signature is of bytes, not of what they mean.
    console.log(webhook.verify(await text(request), request.headers as Record<string, string>));
    response.writeHead(204).end();
  } catch {
    response.writeHead(400).end();
  }
}).listen(8080, () => console.log('Listening on http://localhost:8080'));
