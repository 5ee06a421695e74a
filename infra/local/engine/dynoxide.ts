import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { StartError } from '../start-error.ts';
import { unreadable } from './database-file.ts';

/** A running engine process. */
export interface Dynoxide {
  endpoint: string;
  stop(): Promise<void>;
}

export interface DynoxideOptions {
  binary: string;
  /** Absent keeps everything in memory. */
  databaseFile?: string | undefined;
  /** A folder to be removed once the engine has ended, however we end. */
  temporary?: string | undefined;
  /** The engine ended by itself; `message` is one sentence. */
  onCrash(message: string): void;
}

/**
 * The engine must never outlive us, not even when we are killed. The shell around it reads a pipe that only we hold open: when
 * that ends, however we ended, so does the engine. Our end of its standard error is gone then too, so the shell says nothing. It runs in a group of its own,
 * so that Ctrl-C reaches it through us, last.
 */
const guard = `exec 3<&0
"$0" "$@" 3<&- </dev/null & engine=$!
exec 2>/dev/null
{ cat <&3 >/dev/null; kill $engine; } & guard=$!
exec 3<&-
wait $engine; code=$?
kill $guard
[ -z "$TEMPORARY" ] || rm -rf "$TEMPORARY"
exit $code`;

const attempts = 5;

/** Resolves when the engine takes connections. @throws {StartError} if it does not start */
export async function startDynoxide({ binary, databaseFile, temporary, onCrash }: DynoxideOptions): Promise<Dynoxide> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const data = databaseFile === undefined ? [] : ['--db-path', databaseFile];
    const child = spawn('/bin/sh', ['-c', guard, binary, 'serve', '--port', String(port), ...data], {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
      env: { TEMPORARY: temporary ?? '' },
    });
    const said = tail(child);
    if (await isListening(child, port)) return running(child, port, said, onCrash);
    const reason = said();
    if (/already in use/.test(reason) && attempt < attempts) continue;
    if (databaseFile !== undefined && /not a valid SQLite database|malformed|corrupt/.test(reason)) {
      throw unreadable(databaseFile);
    }
    throw new StartError(`The database engine Dynoxide did not start: ${reason || 'it ended without a word'}.`);
  }
}

function running(child: ChildProcess, port: number, said: () => string, onCrash: DynoxideOptions['onCrash']): Dynoxide {
  let stopping = false;
  const exited = once(child, 'exit');
  child.once('exit', (code, signal) => {
    if (stopping) return;
    onCrash(`The database engine Dynoxide ended unexpectedly (${signal ?? `exit code ${code}`}): ${said()}`);
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      stopping = true;
      child.stdin?.end();
      await exited;
    },
  };
}

/** Connecting tells more than the engine's own words: those come before it listens. */
async function isListening(child: ChildProcess, port: number): Promise<boolean> {
  const over = once(child, 'exit').then(() => 'exited' as const);
  const failed = once(child, 'error').then(() => 'exited' as const);
  for (;;) {
    const answer = await Promise.race([over, failed, canConnect(port)]);
    if (answer === 'exited') return false;
    // Another program may have taken the port: then our child ends, and this connection was to the other.
    if (answer) return (await Promise.race([over, setTimeout(0, 'running' as const)])) === 'running';
    await Promise.race([over, setTimeout(3)]);
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** The last line that the engine wrote. */
function tail(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-2000);
  });
  return () => text.trim().split('\n').at(-1)?.trim() ?? '';
}
