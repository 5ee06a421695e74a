/** MiniStack as a process of its own. Why this server and these flags: docs/decisions/0022-an-endpoint-that-we-did-not-write.md */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Mistake } from '../mistake.ts';
import { account, type Emulator, endpoint, endpointPort, region } from './endpoint.ts';
import { pythonWithMiniStack } from './python.ts';

export interface MiniStack {
  /** Resolves when it has ended, whoever ended it. */
  ended: Promise<void>;
  /** Ends it and every function that it runs. */
  stop(): Promise<void>;
}

const flags = [
  ...['-m', 'uvicorn', 'ministack.app:app', '--host', '127.0.0.1', '--port', String(endpointPort)],
  ...['--loop', 'uvloop', '--http', 'httptools', '--ws', 'websockets', '--ws-per-message-deflate', 'false'],
  // MiniStack sends a date of its own; two of them are none, and the CDK's clients stop at that.
  ...['--no-date-header', '--no-server-header', '--timeout-keep-alive', '75', '--log-level', 'warning'],
];

const startMs = 30_000;
const stopMs = 5_000;

/**
 * Installs MiniStack where it is not installed yet, and starts it.
 * @param directory where it is installed
 * @param onOutput hears what it and the functions write
 * @throws Mistake where Python, PyPI or the port is in the way
 */
export const startMiniStack = async ({
  directory,
  say,
  onOutput,
}: {
  directory: string;
  say: (line: string) => void;
  onOutput: (text: string) => void;
}): Promise<MiniStack> => {
  const there = await whatAnswers();
  if (there === 'ministack') throw new Mistake(`MiniStack runs at ${endpoint} already.`);
  if (there !== 'nothing') throw new Mistake(`Port ${endpointPort} is taken, and not by MiniStack: end that first.`);
  const python = await pythonWithMiniStack(directory, say);
  // Not below this project, whose package.json would make ES modules of the scripts that MiniStack writes there.
  const scratch = await mkdtemp(join(tmpdir(), 'parley-emulator-'));
  const child = spawn(python, flags, {
    cwd: scratch,
    env: environment(scratch),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, which takes the functions along when it ends.
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
      onOutput(text);
    });
  }
  const tidyUp = () => {
    signal(child, 'SIGKILL');
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  };
  // Whatever ends this process takes it along.
  process.once('exit', tidyUp);
  const ended = once(child, 'exit').then(() => {
    process.off('exit', tidyUp);
    tidyUp();
  });
  const stop = async () => {
    signal(child, 'SIGTERM');
    await Promise.race([ended, pause(stopMs, undefined, { ref: false })]);
    signal(child, 'SIGKILL');
    await ended;
  };
  for (const until = Date.now() + startMs; (await whatAnswers()) !== 'ministack'; await pause(100)) {
    if (child.exitCode !== null) throw new Mistake(`MiniStack ended at once: ${said.trim()}`);
    if (Date.now() < until) continue;
    await stop();
    throw new Mistake(`MiniStack did not come up within ${startMs / 1_000} seconds: ${said.trim()}`);
  }
  return { ended, stop };
};

/** Its functions get the same: nothing of whoever starts it, credentials least of all. */
const environment = (scratch: string): NodeJS.ProcessEnv => ({
  // It runs every function with the `node` of its path: this one is what Lambda runs.
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  TMPDIR: scratch,
  HOME: scratch,
  LANG: 'C.UTF-8',
  PYTHONUNBUFFERED: '1',
  // A busy function has many instances here, each of them 60 MB: those that are idle end soon, all but the first.
  LAMBDA_WARM_TTL_SECONDS: '15',
  GATEWAY_PORT: String(endpointPort),
  AWS_ACCESS_KEY_ID: account,
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: region,
});

const signal = ({ pid }: ChildProcess, name: NodeJS.Signals): void => {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // It has ended by itself.
  }
};

/** `localstack` for anything else that answers as LocalStack does; `something` for a port that is taken otherwise. */
type Answering = 'nothing' | 'ministack' | 'localstack' | 'something';

/** What is at the endpoint. */
export const whatAnswers = async (): Promise<Answering> => {
  const patience = { signal: AbortSignal.timeout(5_000) };
  try {
    if ((await fetch(`${endpoint}/_ministack/health`, patience)).ok) return 'ministack';
    return (await fetch(`${endpoint}/_localstack/health`, patience)).ok ? 'localstack' : 'something';
  } catch {
    return (await isListening()) ? 'something' : 'nothing';
  }
};

/** @throws Mistake where nothing answers, or something that is no AWS */
export const emulatorThere = async (): Promise<Emulator> => {
  const there = await whatAnswers();
  if (there === 'ministack' || there === 'localstack') return there;
  throw new Mistake(
    there === 'something'
      ? `What listens at ${endpoint} is no AWS-compatible endpoint.`
      : `Nothing answers at ${endpoint}: start it with \`npm run emulator\`, or with Docker, as localstack-compose.yml says.`,
  );
};

const isListening = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(endpointPort, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
