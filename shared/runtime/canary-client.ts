/** A client of the chat as it is from outside, as small as the canary's work. */
import { once } from 'node:events';

export interface Frame {
  event: string;
  id?: string;
  data: Record<string, unknown>;
}

export interface Socket {
  send(frame: Frame & { traceparent?: string }): void;
  /** Waits for a frame, among those that came already or will come. */
  hears(matches: (frame: Frame) => boolean): Promise<Frame>;
  close(): void;
}

/** @throws where the gateway does not let it in, or the signal says that it took too long, then and later */
export const openSocket = async (url: string, signal: AbortSignal): Promise<Socket> => {
  const socket = new WebSocket(url);
  const frames: Frame[] = [];
  const news = new EventTarget();
  socket.addEventListener('message', ({ data }) => {
    frames.push(...eventsIn(JSON.parse(String(data)) as Frame));
    news.dispatchEvent(new Event('news'));
  });
  socket.addEventListener('close', () => news.dispatchEvent(new Event('news')));
  const refused = once(socket, 'error', { signal }).then(() => {
    throw new Error('The socket was refused.');
  });
  await Promise.race([once(socket, 'open', { signal }), refused]).catch((error: unknown) => {
    socket.close();
    throw error;
  });
  refused.catch(() => undefined);
  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    hears: async (matches) => {
      for (;;) {
        const found = frames.find(matches);
        if (found) return found;
        if (socket.readyState !== WebSocket.OPEN) throw new Error('The socket was closed.');
        await once(news, 'news', { signal });
      }
    },
    close: () => socket.close(),
  };
};

const eventsIn = (frame: Frame): Frame[] => (frame.event === 'batch' ? (frame.data.events as Frame[]) : [frame]);

/** Asks the HTTP API. @throws where it answers anything but that it was done */
export const ask = async <Answer>(
  url: string,
  { token, body, signal }: { token: string; body: object; signal: AbortSignal },
): Promise<Answer> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  if (!answer.ok) throw new Error(`It answered ${answer.status}.`);
  return (await answer.json()) as Answer;
};
