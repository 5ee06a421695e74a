/**
 * Runs inside an instance's thread: what Lambda's own Node runtime does around a handler. It imports nothing but types and
 * Node's own modules, because it is started from memory (see `instance.ts`).
 */
import { subscribe } from 'node:diagnostics_channel';
import { existsSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { InstanceStart, InvokeMessage, RuntimeError, ThreadMessage } from './messages.ts';

type Handler = (event: unknown, context: unknown) => unknown;

const start = workerData as InstanceStart;
const port = parentPort;
if (!port) throw new Error('bootstrap.ts runs as a worker thread only');

const post = (message: ThreadMessage) => port.postMessage(message);

/** Lines go through the port rather than the thread's own streams: these are flushed late, and are lost when it dies. */
const divert = (stream: NodeJS.WriteStream) => {
  stream.write = (chunk: unknown, ...rest: unknown[]) => {
    post({ kind: 'log', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString() });
    const done = rest.find((argument): argument is () => void => typeof argument === 'function');
    if (done) queueMicrotask(done);
    return true;
  };
};
divert(process.stdout);
divert(process.stderr);

/**
 * Only the code that makes the calls can tell which waited for which: to the endpoint, two calls made side by side may look
 * like one after the other. So each call carries its depth.
 */
let answeredDepth = 0;
const depths = new WeakMap<ClientRequest, number>();
subscribe('http.client.request.created', (message) => {
  const { request } = message as { request: ClientRequest };
  if (request.headersSent || request.getHeader('host') !== start.awsHost) return;
  const depth = answeredDepth + 1;
  depths.set(request, depth);
  request.setHeader('x-local-depth', depth);
});
subscribe('http.client.response.finish', (message) => {
  const { request } = message as { request: ClientRequest };
  answeredDepth = Math.max(answeredDepth, depths.get(request) ?? 0);
});

const describe = (thrown: unknown, type?: string): RuntimeError =>
  thrown instanceof Error
    ? { errorType: type ?? thrown.name, errorMessage: thrown.message, stackTrace: (thrown.stack ?? '').split('\n') }
    : { errorType: type ?? typeof thrown, errorMessage: String(thrown), stackTrace: [] };

process.on('uncaughtException', (error) => {
  post({ kind: 'fatal', error: describe(error) });
  process.exit(129);
});
process.on('unhandledRejection', (reason) => {
  post({ kind: 'fatal', error: describe(reason, 'Runtime.UnhandledPromiseRejection') });
  process.exit(128);
});

const load = async (): Promise<Handler> => {
  enableCompileCache(start.compileCache);
  const file = start.modules.find((module) => existsSync(fileURLToPath(module)));
  if (!file)
    throw Object.assign(new Error(`Cannot find module '${start.handler}'`), { name: 'Runtime.ImportModuleError' });
  const module = (await import(file)) as Record<string, unknown> & { default?: Record<string, unknown> };
  const handler = module[start.exportName] ?? module.default?.[start.exportName];
  if (typeof handler === 'function') return handler as Handler;
  throw Object.assign(new Error(`${start.handler} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
};

const initErrorType = (error: unknown): string | undefined => {
  if (error instanceof SyntaxError) return 'Runtime.UserCodeSyntaxError';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' ? 'Runtime.ImportModuleError' : undefined;
};

const contextOf = (invoke: InvokeMessage) => ({
  functionName: start.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: start.functionArn,
  memoryLimitInMB: String(start.memoryMb),
  awsRequestId: invoke.requestId,
  logGroupName: start.logGroup,
  logStreamName: start.logStream,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, invoke.deadline - Date.now()),
});

const run = async (handler: Handler, invoke: InvokeMessage) => {
  answeredDepth = 0;
  process.env._X_AMZN_TRACE_ID = invoke.traceId;
  const begun = process.threadCpuUsage();
  try {
    const result = await handler(JSON.parse(invoke.event), contextOf(invoke));
    const payload = JSON.stringify(result) ?? 'null';
    const { user, system } = process.threadCpuUsage(begun);
    post({ kind: 'result', payload, cpuMs: (user + system) / 1_000 });
  } catch (error) {
    post({ kind: 'failed', error: describe(error) });
  }
};

/** After an invocation, when what a handler needs has been compiled. It does nothing where nothing is new. */
const runFirst = async (handler: Handler, invoke: InvokeMessage) => {
  await run(handler, invoke);
  flushCompileCache();
};

try {
  const handler = await load();
  port.once('message', (invoke: InvokeMessage) => {
    void runFirst(handler, invoke);
    port.on('message', (next: InvokeMessage) => void run(handler, next));
  });
  post({ kind: 'ready' });
} catch (error) {
  post({ kind: 'init-failed', error: describe(error, initErrorType(error)) });
}
