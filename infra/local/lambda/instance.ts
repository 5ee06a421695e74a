/**
 * One execution environment of a function: a worker thread with its own modules, memory limit, environment and credentials.
 * It takes one event at a time, keeps what its modules hold between events, and can die without harming anything else.
 *
 * Unlike on Lambda, code that a handler leaves running after its answer goes on here: Lambda would freeze it. Nothing may
 * rely on either.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { transformSync } from 'esbuild';
import type { FunctionModel } from '../model.ts';
import type { InvocationResult, OnUse } from '../ports.ts';
import { awsNameOf, environmentOf, logGroupOf, newCredentials, newLogStream } from './environment.ts';
import type { InstanceStart, InvokeMessage, RuntimeError, ThreadMessage } from './messages.ts';

export interface FunctionLog {
  /** As `FunctionModel.name`. */
  function: string;
  /** Undefined while the module loads and between invocations. */
  invocation: string | undefined;
  text: string;
}

export interface Instance {
  readonly function: FunctionModel;
  readonly accessKeyId: string;
  /** The request id that runs now. */
  readonly invocation: string | undefined;
  readonly alive: boolean;
  /** Settles when the module is loaded, with the error that prevented it if any did. */
  readonly ready: Promise<RuntimeError | undefined>;
  /** Settles when the thread has ended. */
  readonly ended: Promise<void>;
  run(requestId: string, event: string): Promise<InvocationResult>;
  /** As a crash of the process would end it. */
  kill(): void;
}

interface InstanceOptions {
  function: FunctionModel;
  awsEndpoint: string;
  onLog(line: FunctionLog): void;
  onUse?: OnUse | undefined;
}

// Megabytes for what is young. With the little that V8 begins with, a quarter of a start goes into copying and marking what it made.
setFlagsFromString('--min-semi-space-size=16');

const initTimeoutMs = 10_000;
/** 6 MB, of which AWS leaves the answer 100 bytes more. */
const maximumResultBytes = 6 * 1024 * 1024 + 100;

/** Made JavaScript once here: a thread that strips types from its own text takes twice as long to start. */
let bootstrap: URL | undefined;
const bootstrapUrl = (): URL => {
  if (bootstrap) return bootstrap;
  const source = readFileSync(new URL('./bootstrap.ts', import.meta.url), 'utf8');
  const { code } = transformSync(source, { loader: 'ts', format: 'esm', target: 'es2024' });
  bootstrap = new URL(`data:text/javascript,${encodeURIComponent(`${code}//# sourceURL=lambda-runtime`)}`);
  return bootstrap;
};

const startOf = (fn: FunctionModel, awsEndpoint: string, logStream: string): InstanceStart => {
  const dot = fn.handler.lastIndexOf('.');
  const file = join(fn.codeDirectory, fn.handler.slice(0, dot));
  return {
    modules: ['.js', '.mjs', '.cjs'].map((extension) => pathToFileURL(file + extension).href),
    handler: fn.handler,
    exportName: fn.handler.slice(dot + 1),
    compileCache: join(fn.codeDirectory, '.compile-cache'),
    functionName: awsNameOf(fn),
    functionArn: fn.arn,
    memoryMb: fn.memoryMb,
    logGroup: logGroupOf(fn),
    logStream,
    awsHost: new URL(awsEndpoint).host,
  };
};

/** An end that the platform reports: the function's code had no say in the message. */
interface PlatformError extends RuntimeError {
  byPlatform: true;
}

const platformError = (errorType: string, errorMessage: string): PlatformError => ({
  errorType,
  errorMessage,
  stackTrace: [],
  byPlatform: true,
});
const exitError = (reason: string) => platformError('Runtime.ExitError', `Runtime exited ${reason}`);
const timedOut = (seconds: number) =>
  platformError('Sandbox.Timedout', `Task timed out after ${seconds.toFixed(2)} seconds`);

export const startInstance = ({ function: fn, awsEndpoint, onLog, onUse }: InstanceOptions): Instance => {
  const credentials = newCredentials();
  const logStream = newLogStream(new Date());
  const worker = new Worker(bootstrapUrl(), {
    name: awsNameOf(fn),
    env: environmentOf(fn, { credentials, awsEndpoint, logStream }),
    workerData: startOf(fn, awsEndpoint, logStream),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb },
    stdout: true,
    stderr: true,
  });
  const ready = Promise.withResolvers<RuntimeError | undefined>();
  const ended = Promise.withResolvers<void>();
  let running: { requestId: string; settle(result: InvocationResult): void } | undefined;
  let alive = true;
  let cpuMs = 0;

  const log = (text: string) =>
    onLog({ function: fn.name, invocation: running?.requestId, text: text.replace(/\n$/, '') });
  const fail = (error: RuntimeError | PlatformError) => {
    ready.resolve(error);
    if (!running) return;
    const { requestId, settle } = running;
    const { errorType, errorMessage, stackTrace } = error;
    log(JSON.stringify({ level: 'ERROR', errorType, errorMessage, stackTrace }));
    const message = 'byPlatform' in error ? `RequestId: ${requestId} Error: ${error.errorMessage}` : error.errorMessage;
    running = undefined;
    settle({ ok: false, requestId, type: error.errorType, message });
  };
  const end = (error: RuntimeError | PlatformError) => {
    alive = false;
    fail(error);
    void worker.terminate();
  };
  const succeed = (payload: string) => {
    if (!running) return;
    if (Buffer.byteLength(payload) > maximumResultBytes) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${maximumResultBytes} bytes).`;
      return fail({ errorType: 'Function.ResponseSizeTooLarge', errorMessage, stackTrace: [] });
    }
    const { requestId, settle } = running;
    running = undefined;
    settle({ ok: true, requestId, payload: JSON.parse(payload) });
  };

  const initTimer = setTimeout(() => {
    end(timedOut(initTimeoutMs / 1000));
  }, initTimeoutMs);
  void ready.promise.then(() => clearTimeout(initTimer));

  worker.on('message', (message: ThreadMessage) => {
    if (message.kind === 'log') log(message.text);
    else if (message.kind === 'ready') ready.resolve(undefined);
    else if (message.kind === 'result') {
      cpuMs = message.cpuMs;
      succeed(message.payload);
    } else if (message.kind === 'failed') fail(message.error);
    else end(message.error);
  });
  worker.on('error', (error: Error & { code?: string }) => {
    end(
      exitError(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'with error: signal: killed' : 'with error: exit status 1'),
    );
  });
  worker.on('exit', (code) => {
    alive = false;
    fail(exitError(code === 0 ? 'without providing a reason' : `with error: exit status ${code}`));
    ended.resolve();
  });

  return {
    function: fn,
    accessKeyId: credentials.accessKeyId,
    ready: ready.promise,
    ended: ended.promise,
    get invocation() {
      return running?.requestId;
    },
    get alive() {
      return alive;
    },
    run: (requestId, event) =>
      new Promise((resolve) => {
        const timeoutMs = fn.timeoutSeconds * 1000;
        const timer = setTimeout(() => {
          end(timedOut(fn.timeoutSeconds));
        }, timeoutMs);
        cpuMs = 0;
        running = {
          requestId,
          settle(result) {
            clearTimeout(timer);
            onUse?.({ kind: 'invocation', function: fn.name, invocation: requestId, memoryMb: fn.memoryMb, cpuMs });
            resolve(result);
          },
        };
        if (!alive) return fail(exitError('with error: signal: killed'));
        const invoke: InvokeMessage = { requestId, event, deadline: Date.now() + timeoutMs, traceId: newTraceId() };
        worker.postMessage(invoke);
      }),
    kill: () => end(exitError('with error: signal: killed')),
  };
};

const newTraceId = (): string => {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
};
