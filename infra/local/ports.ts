/** The seams between the parts of the local cloud: each part gets the others through these and can be tested alone. */

import type { FunctionModel } from './model.ts';

/** Runs a function as Lambda would: one event at a time per instance, several instances side by side. Never rejects. */
export interface Invoker {
  invoke(functionArn: string, event: unknown): Promise<InvocationResult>;
}

export type InvocationResult =
  | { ok: true; requestId: string; payload: unknown }
  /** `type` as Lambda names it: the error's own class, `Sandbox.Timedout`, `Runtime.ExitError`, `TooManyRequestsException`. */
  | { ok: false; requestId: string; type: string; message: string };

/** Who signed a call: the instance's access key names its function and the invocation that runs on it now. */
export interface CallerIdentity {
  function: FunctionModel;
  /** Request id of the running invocation; undefined while the module is being loaded. */
  invocation: string | undefined;
}

export interface CallerDirectory {
  /** @returns undefined for a key that no instance holds (the developer's own CLI, a test's client). */
  callerOf(accessKeyId: string): CallerIdentity | undefined;
  /** Kills the instance that holds this key, as a crash of its process would. */
  crash(accessKeyId: string): void;
}

/** One AWS call of one function. */
export interface MeteredCall {
  /** Name of the function, as `FunctionModel.name`. */
  function: string;
  invocation: string | undefined;
  /** 1, 2, 3 … in the order in which the invocation's calls began. */
  sequence: number;
  /** 1 + the greatest depth among the invocation's calls that its code had the answer of when it made this one: two calls side by side have the same. */
  depth: number;
  /** `dynamodb:PutItem`, `sqs:SendMessage`, `execute-api:ManageConnections` … */
  action: string;
  /** ARNs that the call touches. */
  resources: string[];
  /** Milliseconds of `performance.now()`. */
  startedAt: number;
  endedAt: number;
  requestBytes: number;
  responseBytes: number;
  status: number;
  /** The AWS error code where the answer was one, e.g. `ConditionalCheckFailedException`. */
  error: string | undefined;
  /** DynamoDB's own account of it, in units, indexes included. */
  readUnits: number;
  writeUnits: number;
}

/**
 * What the platform does and bills by itself, beside the calls that functions make: an invocation, a frame that came or answered one, an
 * HTTP request with its answer, and a request that a rule or an event source makes of a queue.
 */
export type PlatformUse =
  | { kind: 'invocation'; function: string; invocation: string; memoryMb: number; cpuMs: number }
  | { kind: 'frame'; bytes: number }
  | { kind: 'request'; bytes: number }
  | { kind: 'queue'; queue: string; bytes: number };

export type OnUse = (use: PlatformUse) => void;

/** The gateway's side of @connections. Ids that are gone answer `gone`. */
export interface ConnectionsPort {
  post(connectionId: string, body: Buffer): Promise<'sent' | 'gone' | 'forbidden' | 'too-large' | 'limit'>;
  get(
    connectionId: string,
  ): { connectedAt: string; lastActiveAt: string; sourceIp: string; userAgent: string } | undefined;
  close(connectionId: string): 'closed' | 'gone';
}

/** Puts events on a bus; the endpoint calls it for PutEvents, the schedules for their own. */
export interface BusPort {
  /** @returns an error code for an entry that was refused (unknown bus, over 256 KB), per entry. */
  put(entries: BusEntry[]): Promise<({ eventId: string } | { errorCode: string; errorMessage: string })[]>;
}

export interface BusEntry {
  busName: string;
  source: string;
  detailType: string;
  /** JSON text. */
  detail: string;
  resources: string[];
  time: string | undefined;
}

/** What an injected fault does to a call or a batch. See `faults.ts`. */
export type Fault =
  /** The call is not made; AWS answers with a throttling error. */
  | { kind: 'throttle' }
  /** The call is not made and never answered: the client's own timeout decides. */
  | { kind: 'timeout' }
  /** The instance dies and the call is not made. */
  | { kind: 'crash-before' }
  /** The call is made, then the instance dies without learning of it. */
  | { kind: 'crash-after' }
  /** An internal error (HTTP 500) without the call being made. */
  | { kind: 'error' }
  | { kind: 'delay'; ms: number }
  /** The call waits until so many of the rule's calls wait, or for `ms`: then all of them are made at once. */
  | { kind: 'meeting'; calls: number; ms: number };

/** Says what happens to the next call, batch or socket. Deterministic for a seed and an order of questions. */
export interface FaultPort {
  forCall(functionName: string, action: string): Fault | undefined;
  /** For a stream or queue batch that is about to go to a function. */
  forBatch(functionName: string): { duplicate: boolean; delayMs: number };
  /** Whether the gateway should cut a socket now; asked at every frame received or posted. */
  dropsSocket(): boolean;
}

/** One structured line about what the local cloud itself did or noticed. Never the content of a message or a token. */
export type Report = (line: { level: 'info' | 'warn' | 'error'; message: string; [field: string]: unknown }) => void;
