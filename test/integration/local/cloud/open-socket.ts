import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';

/** An open WebSocket of the running test. */
export interface Socket {
  send(text: string): void;
  /** The next message that was not taken yet, parsed. */
  next(): Promise<unknown>;
  /** The code it was closed with. */
  closed: Promise<number>;
}

/** @throws with the status if the upgrade is refused */
export async function openSocket(url: string): Promise<Socket> {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  const messages: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    const first = waiting.shift();
    if (first === undefined) messages.push(message);
    else first(message);
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return {
    send: (text) => socket.send(text),
    next: () =>
      messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise((resolve) => waiting.push(resolve)),
    closed,
  };
}
