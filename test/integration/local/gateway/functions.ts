import type { AuthorizerModel, RouteModel } from '../../../../infra/local/model.ts';
import type { InvocationResult, Invoker, Report } from '../../../../infra/local/ports.ts';

/** As much of both gateways' events as tests read one by one. */
export interface GatewayEvent {
  body?: string;
  isBase64Encoded?: boolean;
  headers: Record<string, string>;
  rawPath: string;
  pathParameters?: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  identitySource: string[];
  methodArn: string;
  routeArn: string;
  requestContext: {
    routeKey: string;
    eventType: string;
    connectionId: string;
    requestId: string;
    authorizer?: Record<string, unknown> & { lambda?: Record<string, unknown> };
    disconnectStatusCode?: number;
    disconnectReason?: string;
  };
}

export interface Functions extends Invoker {
  /** Every event so far, by function. */
  eventsOf(name: string): GatewayEvent[];
  /** The n-th event (from 1) of a function, as soon as there is one. */
  event(name: string, nth?: number): Promise<GatewayEvent>;
}

/** Functions by ARN. Events and answers go through JSON, as between API Gateway and Lambda; what is thrown fails the invocation. */
export function functions(handlers: Record<string, (event: GatewayEvent) => unknown>): Functions {
  const events = new Map<string, GatewayEvent[]>();
  let waiting: (() => void)[] = [];
  const eventsOf = (name: string) => events.get(name) ?? [];
  return {
    eventsOf,
    async event(name, nth = 1) {
      for (;;) {
        const found = eventsOf(name)[nth - 1];
        if (found) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    async invoke(functionArn, input): Promise<InvocationResult> {
      const event = JSON.parse(JSON.stringify(input)) as GatewayEvent;
      events.set(functionArn, [...eventsOf(functionArn), event]);
      for (const wake of waiting.splice(0)) wake();
      waiting = [];
      try {
        const answer = await handlers[functionArn]?.(event);
        const payload: unknown = answer === undefined ? null : JSON.parse(JSON.stringify(answer));
        return { ok: true, requestId: 'r', payload };
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        return { ok: false, requestId: 'r', type: name, message };
      }
    },
  };
}

export const never = () => new Promise<never>(() => {});

export const fails = (message: string) => () => {
  throw new Error(message);
};

/** Stands for a route to the function of that name. */
export const route = (key: string, functionArn: string, more: Partial<RouteModel> = {}): RouteModel => ({
  key,
  functionArn,
  authorizer: undefined,
  returnsResponse: false,
  timeoutMs: 29_000,
  ...more,
});

export const authorizer = (more: Partial<AuthorizerModel> = {}): AuthorizerModel => ({
  id: 'auth1',
  name: 'tokens',
  functionArn: 'authorizer',
  identitySources: [],
  ttlSeconds: 0,
  simpleResponses: true,
  payloadFormat: '2.0',
  ...more,
});

export const policy = (effect: 'Allow' | 'Deny', resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }],
});

export function reports(): { report: Report; lines: Parameters<Report>[0][] } {
  const lines: Parameters<Report>[0][] = [];
  return { lines, report: (line) => lines.push(line) };
}
