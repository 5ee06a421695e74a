/** One open WebSocket: frames in and out within the limits, and how it ended. */

import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Clock } from './clock.ts';
import { createFrameMeter } from './frame-meter.ts';
import type { ConnectionFacts } from './websocket-event.ts';
import type { WebSocketLimits } from './websocket-limits.ts';

export interface Connection {
  readonly facts: ConnectionFacts;
  /** When the last frame came or went, in milliseconds since 1970. */
  lastActiveAt(): number;
  /** Text. `limit` is a client that does not take what already waits for it. */
  send(data: Buffer): 'sent' | 'gone' | 'limit';
  /** Closes with a close frame. From now on the connection is gone, however long the client takes to answer. */
  end(code: number, reason: string): void;
  /** Cuts the socket, as a failing network would. */
  drop(): void;
}

interface ConnectionOptions {
  limits: WebSocketLimits;
  clock: Clock;
  onMessage(text: string): void;
  /** Once: as soon as nothing can be sent any more. */
  onUnreachable(): void;
  /** Once, when the socket has closed. */
  onClosed(closed: { code: number; reason: string }): void;
}

/** AWS's words where the client said nothing. */
const unsaid: Record<number, string> = {
  1005: 'Client-side close frame status not set',
  1006: 'Connection closed abnormally',
};

/** What `ws` closes with when a client breaks the protocol; it does not say so itself. */
const brokenBy: Record<string, number> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_INVALID_UTF8: 1007,
};

export function createConnection(
  socket: WebSocket,
  stream: Duplex,
  facts: ConnectionFacts,
  { limits, clock, onMessage, onUnreachable, onClosed }: ConnectionOptions,
): Connection {
  let activeAt = clock.now();
  let ending: { code: number; reason: string } | undefined;

  const active = () => {
    activeAt = clock.now();
  };

  function endingWith(code: number, reason: string): boolean {
    if (ending) return false;
    ending = { code, reason };
    onUnreachable();
    return true;
  }

  function end(code: number, reason: string): void {
    if (endingWith(code, reason)) socket.close(code, reason);
  }

  // Before `ws` reads a chunk, so that no message is heard whose frame was too long.
  const tooLong = createFrameMeter(limits.frameBytes);
  stream.prependListener('data', (chunk: Buffer) => {
    if (!ending && tooLong(chunk)) end(1009, 'Frame too long');
  });

  socket.on('message', (data: Buffer, isBinary) => {
    if (ending) return;
    active();
    if (isBinary) end(1003, 'Binary frames are not supported');
    else onMessage(data.toString('utf8'));
  });
  socket.on('ping', active);
  socket.on('pong', active);
  socket.on('error', (error: Error & { code?: string }) => {
    const code = error.code ?? '';
    if (code.startsWith('WS_ERR')) endingWith(brokenBy[code] ?? 1002, '');
  });
  socket.on('close', (code, reason) => {
    const closed = ending ?? { code, reason: unsaid[code] ?? reason.toString('utf8') };
    endingWith(closed.code, closed.reason);
    onClosed(closed);
  });

  return {
    facts,
    lastActiveAt: () => activeAt,
    send(data) {
      if (ending || socket.readyState !== WebSocket.OPEN) return 'gone';
      if (socket.bufferedAmount + data.length > limits.bufferedBytes) return 'limit';
      active();
      let at = 0;
      do {
        const next = at + limits.frameBytes;
        socket.send(data.subarray(at, next), { binary: false, fin: next >= data.length });
        at = next;
      } while (at < data.length);
      return 'sent';
    },
    end,
    drop() {
      endingWith(1006, unsaid[1006] ?? '');
      socket.terminate();
    },
  };
}
