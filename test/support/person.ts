import { expect } from 'vitest';
import type * as z from 'zod';
import { type ErrorCode, errorCatalogue } from '../../shared/protocol/errors.ts';
import { type ProblemDocument, problem } from '../../shared/protocol/problem.ts';
import { commonErrorsOf, type Route } from '../../shared/protocol/route.ts';
import { routes } from '../../shared/protocol/routes.ts';
import { Device } from './device.ts';

/** An HTTP answer, its body checked against the route's contract. */
export interface Answer<Body = unknown> {
  status: number;
  body: Body;
  /** As it came, byte for byte. */
  text: string;
  headers: Headers;
}

interface Doors {
  apiUrl: string;
  webSocketUrl: string;
}

/** Somebody with a token, who uses Parley as its clients do: over HTTP and sockets, and in no other way. */
export class Person {
  readonly id: string;
  readonly token: string;
  readonly #doors: Doors;
  readonly #devices: Device[] = [];

  constructor(id: string, token: string, doors: Doors) {
    this.id = id;
    this.token = token;
    this.#doors = doors;
  }

  /** When the last frame came to any of its open devices, as `Date.now()` has it; 0 where none did. */
  get lastHeardAt(): number {
    return Math.max(0, ...this.#devices.map((device) => device.lastHeardAt));
  }

  /** @param body sent as JSON, or as it is when it is text or bytes */
  async asks<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const answer = await fetch(`${this.#doors.apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed = text === '' ? undefined : (JSON.parse(text) as unknown);
    if (answer.ok) expectToFit(method, path, answer.status, parsed);
    return { status: answer.status, body: parsed as Body, text, headers: answer.headers };
  }

  /** As `asks`, for what has to succeed. @returns the body */
  async does<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.asks<Body>(method, path, body);
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  }

  /** As `asks`, for what has to be refused, as its route's contract says. @returns the problem document */
  async isRefused(
    code: ErrorCode,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ProblemDocument> {
    const answer = await this.asks(method, path, body, headers);
    expect(answer.body, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`).toMatchObject({ code });
    expectToBeProblem(answer);
    expectToBePromised(code, method, path);
    return answer.body as ProblemDocument;
  }

  /** Opens a WebSocket, as one more device of this person. */
  async connects(query: Record<string, string> = { token: this.token }): Promise<Device> {
    const device = await Device.open(`${this.#doors.webSocketUrl}?${new URLSearchParams(query)}`);
    this.#devices.push(device);
    return device;
  }

  async leaves(): Promise<void> {
    await Promise.all(this.#devices.splice(0).map((device) => device.closes()));
  }
}

/** Answers hold what their contract says, and nothing else. */
const expectToFit = (method: string, path: string, status: number, body: unknown): void => {
  const route = routeOf(method, path);
  if (!route) return;
  expect(status).toBe(route.status);
  if (!route.answer || route.status === 204) return;
  const fitted = (route.answer as z.ZodType).safeParse(body);
  expect(fitted.error?.issues ?? []).toEqual([]);
  expect(fitted.data, `${method} ${path} answers more than its contract says`).toEqual(body);
};

/** A problem document of the catalogue, and nothing beside it. */
export const expectToBeProblem = ({ status, headers, body }: Pick<Answer, 'status' | 'headers' | 'body'>): void => {
  const fitted = problem.strict().safeParse(body);
  expect(fitted.error?.issues ?? []).toEqual([]);
  const { code, title, type } = body as ProblemDocument;
  expect({ status, title, type }).toEqual({
    status: errorCatalogue[code].status,
    title: errorCatalogue[code].title,
    type: `urn:parley:problem:${code}`,
  });
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(headers.get('cache-control')).toBe('no-store');
};

/** A route answers no error that its contract, and so the documents, keep silent about. */
const expectToBePromised = (code: ErrorCode, method: string, path: string): void => {
  const route = routeOf(method, path);
  if (route) expect([...route.errors, ...commonErrorsOf(route)], `${route.name} does not promise it`).toContain(code);
};

export const routeOf = (method: string, path: string): Route | undefined => {
  const [pathname = ''] = path.split('?');
  return routes.find(
    (route) =>
      route.method === method &&
      route.paths.some((one) =>
        new RegExp(`^${one.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname),
      ),
  );
};
