import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect, inject } from 'vitest';
import WebSocket from 'ws';
import type { ErrorData, EventName, ServerFrame } from '../../shared/protocol/events.ts';
import { serverEvents } from '../../shared/protocol/events.ts';

/** Where it is deployed, functions may have to start. */
const patienceMs = inject('target') ? 30_000 : 18_000;

type FrameOf<Name extends EventName> = Extract<ServerFrame, { event: Name }>;

/** One live socket. Every frame that comes is checked against its contract, and batches are taken apart. */
export class Device {
  readonly socket: WebSocket;
  /** All events since it was opened, in the order in which they came. */
  readonly frames: ServerFrame[] = [];
  lastHeardAt = 0;
  readonly #watchers = new Set<() => void>();
  closed: { code: number; reason: string } | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.lastHeardAt = Date.now();
      this.#take(JSON.parse(String(data)) as ServerFrame);
    });
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
      this.#wake();
    });
  }

  /** @throws an error with the HTTP status, as `refused 401`, where the gateway does not let it in */
  static async open(url: string): Promise<Device> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const device = new Device(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('unexpected-response', (_, response) => {
        response.resume();
        const { statusCode } = response;
        reject(new Error(`refused ${statusCode === inject('target')?.unauthorized ? 401 : statusCode}`));
      });
      socket.once('error', reject);
    });
    return device;
  }

  /** Sends a command. @returns the frame that answers it, be it an error */
  async asks(event: string, data: unknown, more: Record<string, unknown> = {}): Promise<ServerFrame> {
    const id = randomUUID();
    this.socket.send(JSON.stringify({ event, id, data, ...more }));
    return this.hears((frame) => frame.id === id, `an answer to ${event}`);
  }

  /** As `asks`, for what has to succeed. */
  async does<Name extends EventName>(event: string, data: unknown, answer: Name): Promise<FrameOf<Name>['data']> {
    const frame = await this.asks(event, data);
    expect(frame, JSON.stringify(frame)).toMatchObject({ event: answer });
    return frame.data as FrameOf<Name>['data'];
  }

  /** As `asks`, for what has to be refused. */
  async isRefused(event: string, data: unknown): Promise<ErrorData> {
    const frame = await this.asks(event, data);
    expect(frame).toMatchObject({ event: 'error' });
    return frame.data as ErrorData;
  }

  sendsRaw(text: string | Buffer): void {
    this.socket.send(text);
  }

  /** Waits for a frame, among those that came already or will come. */
  async hears(matches: (frame: ServerFrame) => boolean, what = 'a frame'): Promise<ServerFrame> {
    let found: ServerFrame | undefined;
    await this.until(() => {
      found = this.frames.find(matches);
      return found !== undefined;
    }, what);
    return found as ServerFrame;
  }

  async hearsEvent<Name extends EventName>(
    event: Name,
    matches: (data: FrameOf<Name>['data']) => boolean = () => true,
  ): Promise<FrameOf<Name>['data']> {
    const frame = await this.hears((one) => one.event === event && matches(one.data as FrameOf<Name>['data']), event);
    return frame.data as FrameOf<Name>['data'];
  }

  /** Afterwards it has everything that was on its way to it. */
  async catchesUp(): Promise<void> {
    const answered = once(this.socket, 'pong');
    this.socket.ping();
    await answered;
  }

  /** What it heard of one kind so far. */
  heard<Name extends EventName>(event: Name): FrameOf<Name>['data'][] {
    return this.frames.filter((one) => one.event === event).map((one) => one.data as FrameOf<Name>['data']);
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(
          new Error(
            `waited in vain for ${what}; heard ${JSON.stringify(this.frames.map((one) => one.event))}, closed ${JSON.stringify(this.closed)}`,
          ),
        );
      }, patienceMs);
      const look = () => {
        if (!isSo()) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
    });
  }

  async isClosed(): Promise<{ code: number; reason: string }> {
    await this.until(() => this.closed !== undefined, 'the connection to close');
    return this.closed as { code: number; reason: string };
  }

  async closes(): Promise<void> {
    if (this.closed) return;
    this.socket.close();
    await once(this.socket, 'close');
  }

  #take(frame: ServerFrame): void {
    const known = serverEvents.find((one) => one.name === frame.event);
    if (known) {
      const fitted = known.data.safeParse(frame.data);
      expect(fitted.error?.issues ?? [], `${frame.event} does not fit its contract`).toEqual([]);
    }
    if (frame.event === 'batch') for (const one of frame.data.events) this.#take(one as ServerFrame);
    else this.frames.push(frame);
    this.#wake();
  }

  #wake(): void {
    for (const look of [...this.#watchers]) look();
  }
}
