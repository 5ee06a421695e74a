import { afterEach, describe, expect, it } from 'vitest';
import type { FunctionLog } from '../../../../infra/local/lambda/instance.ts';
import type { Pool, PoolOptions } from '../../../../infra/local/lambda/pool.ts';
import { createPool } from '../../../../infra/local/lambda/pool.ts';
import type { FunctionModel } from '../../../../infra/local/model.ts';
import { aFunction } from './functions.ts';

const pools: Pool[] = [];
const logs: FunctionLog[] = [];

const poolOf = (functions: FunctionModel[], options: Partial<PoolOptions> = {}): Pool => {
  const pool = createPool({
    functions,
    awsEndpoint: () => 'http://127.0.0.1:9',
    report: () => undefined,
    onLog: (line) => logs.push(line),
    ...options,
  });
  pools.push(pool);
  return pool;
};

const invoke = async (fn: FunctionModel, event: unknown = {}, options: Partial<PoolOptions> = {}) =>
  await poolOf([fn], options).invoke(fn.arn, event);

/** Holds its invocation until another one releases it, so that tests meet instances while they are busy. */
const gate = `
  const waiting = globalThis.waiting ??= [];
  let count = 0;
  export const handler = async (event) => {
    count++;
    if (event.wait) await new Promise((resolve) => setTimeout(resolve, event.wait));
    return { count, key: process.env.AWS_ACCESS_KEY_ID };
  };`;

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
  logs.length = 0;
});

describe('an invocation', () => {
  it('passes the event and the result as JSON', async () => {
    const fn = aFunction(
      'echo',
      `export const handler = async (event) => ({ ...event, date: new Date(0), none: undefined });`,
    );
    expect(await invoke(fn, { a: [1, 'two'], lost: undefined })).toMatchObject({
      ok: true,
      payload: { a: [1, 'two'], date: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('answers null where the handler returns nothing', async () => {
    expect(await invoke(aFunction('void', `export const handler = async () => {};`))).toMatchObject({
      ok: true,
      payload: null,
    });
  });

  it('knows its context', async () => {
    const fn = aFunction(
      'context',
      `export const handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis() });`,
      { timeoutSeconds: 7, memoryMb: 256 },
    );
    const result = await invoke(fn);
    expect(result).toMatchObject({
      ok: true,
      payload: {
        functionName: 'context',
        functionVersion: '$LATEST',
        invokedFunctionArn: fn.arn,
        memoryLimitInMB: '256',
        awsRequestId: result.requestId,
        logGroupName: '/aws/lambda/context',
        logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      },
    });
    const left = result.ok && (result.payload as { left: number }).left;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(7_000);
  });

  it('sees the environment of the function and of Lambda, and nothing of this process', async () => {
    process.env.LEAKED_BY_ACCIDENT = 'yes';
    const fn = aFunction('environment', `export const handler = async () => process.env;`, {
      environment: { TABLE: 'chat' },
    });
    const result = await invoke(fn);
    delete process.env.LEAKED_BY_ACCIDENT;
    expect(result).toMatchObject({
      payload: {
        TABLE: 'chat',
        AWS_REGION: 'us-east-1',
        AWS_LAMBDA_FUNCTION_NAME: 'environment',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'http://127.0.0.1:9',
        LAMBDA_TASK_ROOT: fn.codeDirectory,
        _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/),
      },
    });
    const names = Object.keys(result.ok ? (result.payload as object) : {});
    expect(names).not.toContain('LEAKED_BY_ACCIDENT');
    expect(names).not.toContain('HOME');
  });

  it('finds what earlier ones left in its modules', async () => {
    const fn = aFunction('warm', gate);
    const pool = poolOf([fn]);
    await pool.invoke(fn.arn, {});
    expect(await pool.invoke(fn.arn, {})).toMatchObject({ payload: { count: 2 } });
  });

  it('has its output captured with its request id', async () => {
    const source = `console.log('loading');
      export const handler = async () => { console.log('one'); console.error('two'); process.stdout.write('three\\n'); };`;
    const result = await invoke(aFunction('chatty', source));
    const invocation = result.requestId;
    expect(logs).toEqual([
      { function: 'Test/chatty', invocation: undefined, text: 'loading' },
      { function: 'Test/chatty', invocation, text: 'one' },
      { function: 'Test/chatty', invocation, text: 'two' },
      { function: 'Test/chatty', invocation, text: 'three' },
    ]);
  });

  it('is refused above 6 MB, and so is its answer', async () => {
    const fn = aFunction('big', `export const handler = async ({ size }) => 'x'.repeat(size ?? 0);`);
    const pool = poolOf([fn]);
    const tooMuch = 7 * 1024 * 1024;
    expect(await pool.invoke(fn.arn, 'x'.repeat(tooMuch))).toMatchObject({
      ok: false,
      type: 'RequestTooLargeException',
    });
    expect(await pool.invoke(fn.arn, { size: tooMuch })).toMatchObject({
      ok: false,
      type: 'Function.ResponseSizeTooLarge',
    });
    expect(await pool.invoke(fn.arn, {})).toMatchObject({ ok: true });
  });

  it('of an unknown function is a ResourceNotFoundException', async () => {
    expect(await poolOf([]).invoke('arn:aws:lambda:us-east-1:000000000000:function:none', {})).toMatchObject({
      type: 'ResourceNotFoundException',
    });
  });
});

describe('a failing function', () => {
  it('answers the class and message of what its handler threw, logs the stack, and stays warm', async () => {
    const fn = aFunction(
      'throws',
      `let count = 0;
       export const handler = async () => { if (count++ === 0) throw new TypeError('no such thing'); return count; };`,
    );
    const pool = poolOf([fn]);
    expect(await pool.invoke(fn.arn, {})).toMatchObject({ ok: false, type: 'TypeError', message: 'no such thing' });
    expect(logs.map(({ text }) => JSON.parse(text))).toMatchObject([
      {
        errorType: 'TypeError',
        stackTrace: expect.arrayContaining([
          'TypeError: no such thing',
          expect.stringMatching(/handler .*index.mjs:2/),
        ]),
      },
    ]);
    expect(await pool.invoke(fn.arn, {})).toMatchObject({ ok: true, payload: 2 });
  });

  it.each([
    [
      'exits',
      `process.exit(3)`,
      'Runtime.ExitError',
      /^RequestId: .* Error: Runtime exited with error: exit status 3$/,
    ],
    [
      'throws later',
      `setTimeout(() => { throw new RangeError('late') }); await new Promise(() => {})`,
      'RangeError',
      /^late$/,
    ],
    [
      'forgets a rejection',
      `Promise.reject(new Error('lost')); await new Promise(() => {})`,
      'Runtime.UnhandledPromiseRejection',
      /^lost$/,
    ],
    [
      'needs more memory than it has',
      `const all = []; for (;;) all.push(new Array(1e5).fill({}).map(() => ({})))`,
      'Runtime.ExitError',
      /signal: killed$/,
    ],
  ])('that %s ends with its instance alone', async (_, code, type, message) => {
    const fn = aFunction(
      'dies',
      `export const handler = async (event) => { if (event.die) { ${code} } return 'fine'; };`,
      {
        memoryMb: 32,
      },
    );
    const other = aFunction('other', gate);
    const pool = poolOf([fn, other]);
    await pool.invoke(other.arn, {});
    expect(await pool.invoke(fn.arn, { die: true })).toMatchObject({
      ok: false,
      type,
      message: expect.stringMatching(message),
    });
    expect(await pool.invoke(fn.arn, {})).toMatchObject({ ok: true, payload: 'fine' });
    expect(await pool.invoke(other.arn, {})).toMatchObject({ payload: { count: 2 } });
  });

  it('is killed when its time is up, even in a busy loop', async () => {
    const fn = aFunction('slow', `export const handler = async () => { for (;;); };`, { timeoutSeconds: 0.2 });
    expect(await invoke(fn)).toMatchObject({
      ok: false,
      type: 'Sandbox.Timedout',
      message: expect.stringMatching(/^RequestId: .* Error: Task timed out after 0\.20 seconds$/),
    });
  });

  it.each([
    ['has no such export', `export const other = 1;`, 'Runtime.HandlerNotFound'],
    [
      'imports what is not there',
      `import 'not-there'; export const handler = async () => {};`,
      'Runtime.ImportModuleError',
    ],
    ['is not JavaScript', `export const handler = async () => {`, 'Runtime.UserCodeSyntaxError'],
    ['throws while it loads', `throw new RangeError('bad settings');`, 'RangeError'],
    ['exits while it loads', `process.exit(1);`, 'Runtime.ExitError'],
  ])('that %s answers so', async (_, source, type) => {
    expect(await invoke(aFunction('broken', source))).toMatchObject({ ok: false, type });
  });

  it('ends its running invocation when its key crashes', async () => {
    const fn = aFunction(
      'crashes',
      `console.log(process.env.AWS_ACCESS_KEY_ID); export const handler = async () => new Promise(() => {});`,
    );
    const pool = poolOf([fn], {
      onLog: ({ text }) => text.startsWith('ASIA') && queueMicrotask(() => whenRunning(text)),
    });
    const whenRunning = (key: string) =>
      pool.callerOf(key)?.invocation ? pool.crash(key) : setImmediate(whenRunning, key);
    expect(await pool.invoke(fn.arn, {})).toMatchObject({ ok: false, type: 'Runtime.ExitError' });
  });
});

describe('instances', () => {
  const keyOf = (result: { ok: boolean; payload?: unknown }) => (result.payload as { key: string } | undefined)?.key;

  it('take one event at a time, and as many work side by side as there are events that take a while', async () => {
    const fn = aFunction('parallel', gate);
    const pool = poolOf([fn]);
    const results = await Promise.all([1, 2, 3].map(() => pool.invoke(fn.arn, { wait: 1_500 })));
    expect(new Set(results.map(keyOf)).size).toBe(3);
  });

  it('make events wait in line once the most of them are busy', async () => {
    const fn = aFunction('queued', gate);
    const pool = poolOf([fn], { maxInstances: 2 });
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => pool.invoke(fn.arn, { wait: 20 })));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(new Set(results.map(keyOf)).size).toBeLessThanOrEqual(2);
  });

  it('of a function with reserved concurrency throttle at once, as on AWS', async () => {
    const fn = aFunction('reserved', gate, { reservedConcurrency: 1 });
    const pool = poolOf([fn]);
    const [first, second] = await Promise.all([pool.invoke(fn.arn, { wait: 50 }), pool.invoke(fn.arn, {})]);
    expect(first).toMatchObject({ ok: true });
    expect(second).toMatchObject({ ok: false, type: 'TooManyRequestsException' });
  });

  it('are known by their key while they live, with the invocation that they run', async () => {
    const fn = aFunction('known', gate);
    const pool = poolOf([fn]);
    const key = keyOf(await pool.invoke(fn.arn, {})) ?? '';
    expect(pool.callerOf(key)).toEqual({ function: fn, invocation: undefined });
    pool.crash(key);
    expect(pool.callerOf(key)).toBeUndefined();
  });

  it('beyond the first go after a while without work', async () => {
    const fn = aFunction('reaped', gate);
    const pool = poolOf([fn], { idleMs: 30 });
    const keys = (await Promise.all([1, 2, 3].map(() => pool.invoke(fn.arn, { wait: 1_500 })))).map(
      (result) => keyOf(result) ?? '',
    );
    const alive = () => keys.filter((key) => pool.callerOf(key)).length;
    await expect.poll(alive).toBe(1);
  });
});

describe('reload', () => {
  const version = (text: string) => `export const handler = async ({ wait }) => {
    if (wait) { console.log('begun'); await new Promise((resolve) => setTimeout(resolve, wait)); }
    return '${text}';
  };`;

  it('lets what runs finish on the old code and starts the rest on the new', async () => {
    const before = aFunction('edited', version('old'));
    const after = { ...before, codeDirectory: aFunction('edited', version('new')).codeDirectory };
    const begun = Promise.withResolvers<void>();
    const pool = poolOf([before], { onLog: () => begun.resolve() });
    const running = pool.invoke(before.arn, { wait: 150 });
    await begun.promise;
    pool.reload([after]);
    expect(await pool.invoke(after.arn, {})).toMatchObject({ payload: 'new' });
    expect(await running).toMatchObject({ payload: 'old' });
    expect(await pool.invoke(after.arn, {})).toMatchObject({ payload: 'new' });
  });

  it('leaves unchanged functions warm, adds new ones and drops those that are gone', async () => {
    const [kept, dropped, added] = ['kept', 'dropped', 'added'].map((name) => aFunction(name, gate)) as [
      FunctionModel,
      FunctionModel,
      FunctionModel,
    ];
    const pool = poolOf([kept, dropped]);
    await pool.invoke(kept.arn, {});
    pool.reload([{ ...kept }, added]);
    expect(await pool.invoke(kept.arn, {})).toMatchObject({ payload: { count: 2 } });
    expect(await pool.invoke(added.arn, {})).toMatchObject({ ok: true });
    expect(await pool.invoke(dropped.arn, {})).toMatchObject({ type: 'ResourceNotFoundException' });
  });
});

it('says when nothing runs', async () => {
  const fn = aFunction('busy', gate);
  const pool = poolOf([fn]);
  await pool.idle();
  let done = 0;
  for (const wait of [10, 60]) void pool.invoke(fn.arn, { wait }).then(() => done++);
  await pool.idle();
  await Promise.resolve();
  expect(done).toBe(2);
});

it('stopping ends what runs and what waits', async () => {
  const fn = aFunction('stopped', `export const handler = async () => new Promise(() => {});`);
  const pool = poolOf([fn], { maxInstances: 1 });
  const results = [pool.invoke(fn.arn, {}), pool.invoke(fn.arn, {})];
  await pool.stop();
  expect((await Promise.all(results)).map((result) => !result.ok && result.type)).toEqual([
    'Runtime.ExitError',
    'Runtime.ExitError',
  ]);
});
