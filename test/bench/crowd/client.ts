/** One socket under load: counts and times what it hears, and checks no more than it must. */
import { once } from 'node:events';
import WebSocket from 'ws';
import type { ServerFrame } from '../../../shared/protocol/events.ts';

export interface Client {
  readonly user: string;
  readonly token: string;
  readonly isOpen: boolean;
  /** Gets every event, those of a batch one by one; one listener at a time. */
  onEvent: (event: ServerFrame) => void;
  send(event: string, data: unknown): void;
}

const handshakeTimeout = 30_000;

/** @throws where the door stays shut */
export const connectClient = async (url: string, user: string, token: string): Promise<Client> => {
  const socket = new WebSocket(`${url}?${new URLSearchParams({ token })}`, {
    perMessageDeflate: false,
    handshakeTimeout,
  });
  const client: Client = {
    user,
    token,
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    onEvent: () => undefined,
    send: (event, data) => socket.send(JSON.stringify({ event, data })),
  };
  const take = (event: ServerFrame) => {
    if (event.event === 'batch') for (const one of event.data.events) take(one as ServerFrame);
    else client.onEvent(event);
  };
  socket.on('message', (data) => take(JSON.parse(String(data)) as ServerFrame));
  await once(socket, 'open');
  socket.on('error', () => undefined);
  return client;
};
