/** One user with one socket, who uses Parley as its clients do. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import pRetry from 'p-retry';
import WebSocket from 'ws';
import type { ServerFrame } from '../../shared/protocol/events.ts';
import { placeOfMessage } from '../../shared/protocol/identifiers.ts';

export interface Client {
  readonly user: string;
  /** The newest message of a conversation that it has heard of; 0 for none. */
  newest(conversationId: string): number;
  /** Sends a command, and again where that is safe and promises to help. @returns the data of its answer @throws for an error frame */
  does(event: string, data: unknown): Promise<Record<string, unknown>>;
  asks<Body>(method: string, path: string, body?: unknown): Promise<Body>;
  closes(): Promise<void>;
  /** Cuts the socket, as a failing network does. */
  drops(): void;
}

interface Doors {
  apiUrl: string;
  webSocketUrl: string;
}

/** A machine that is busy with something else answers so now and then. */
const tries = 3;

class Refused extends Error {
  override readonly name = 'Refused';
}

export const connect = async (doors: Doors, user: string, token: string): Promise<Client> => {
  const socket = new WebSocket(`${doors.webSocketUrl}?${new URLSearchParams({ token })}`, { perMessageDeflate: false });
  const answers = new Map<string, PromiseWithResolvers<Record<string, unknown>>>();
  const newest = new Map<string, number>();
  const hears = (conversationId: string, seq: number) =>
    newest.set(conversationId, Math.max(seq, newest.get(conversationId) ?? 0));
  const take = (frame: ServerFrame) => {
    if (frame.event === 'batch') for (const one of frame.data.events) take(one as ServerFrame);
    if (frame.event === 'message.new') hears(frame.data.conversationId, frame.data.seq);
    if (frame.event === 'message.sent') hears(placeOfMessage(frame.data.messageId).conversationId, frame.data.seq);
    if (frame.id === undefined) return;
    const answer = answers.get(frame.id);
    if (frame.event === 'error') answer?.reject(new Refused(frame.data.code));
    else answer?.resolve(frame.data as Record<string, unknown>);
  };
  socket.on('message', (data) => take(JSON.parse(String(data)) as ServerFrame));
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return {
    user,
    newest: (conversationId) => newest.get(conversationId) ?? 0,
    does: (event, data) =>
      pRetry(
        () => {
          const id = randomUUID();
          const answer = Promise.withResolvers<Record<string, unknown>>();
          answers.set(id, answer);
          socket.send(JSON.stringify({ event, id, data }));
          return answer.promise.finally(() => answers.delete(id));
        },
        { retries: tries - 1, shouldRetry: ({ error }) => error instanceof Refused && error.message === 'unavailable' },
      ),
    asks: async <Body>(method: string, path: string, body?: unknown) => {
      const answer = await fetch(new URL(path, doors.apiUrl), {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as Body;
    },
    closes: async () => {
      socket.close();
      await once(socket, 'close');
    },
    drops: () => socket.terminate(),
  };
};
