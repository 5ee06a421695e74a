import type { Cloud } from './cloud.ts';

/** What a person needs to begin; every line of it works as it stands. */
export function banner({ url, apiUrl, webSocketUrl, port, dataPath }: Cloud): string {
  const portFlag = port === 4000 ? '' : ` --port ${port}`;
  return `
Parley is running. Ctrl-C stops it.

  HTTP       ${apiUrl}
  WebSocket  ${webSocketUrl}
  Health     ${url}/health
  Reference  ${apiUrl}/docs
  Outbox     ${url}/outbox  (pushes and e-mails)
  Data       ${dataPath ?? 'kept nowhere'}

In another terminal, get a token and look around:

  export TOKEN=$(npm run --silent token -- ada${portFlag})
  curl -H "authorization: Bearer $TOKEN" ${apiUrl}/me

Connect, see every event, and send what you type:

  node --input-type=module -e "import { createInterface } from 'node:readline'; import WebSocket from 'ws';
    const socket = new WebSocket('${webSocketUrl}?token=' + process.env.TOKEN);
    socket.on('message', (frame) => console.log(String(frame)));
    socket.on('open', () => createInterface(process.stdin).on('line', (line) => socket.send(line)));"
`;
}
