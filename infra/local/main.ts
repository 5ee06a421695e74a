/**
 * `npm start`: Parley on this machine, from the stacks that `cdk deploy` would create. Everything that may be missing or in the way
 * gets one sentence and exit code 1.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Flags, readFlags, usage } from './flags.ts';
import type { Session } from './session.ts';
import { StartError } from './start-error.ts';
import { jsonTerminal, prettyTerminal } from './terminal.ts';

/** Packages are loaded late, so that one that is not installed can be named. */
async function start(flags: Flags): Promise<Session> {
  const terminal = (flags.json ? jsonTerminal : prettyTerminal)((line) => console.log(line));
  const [{ startSession }, { banner }] = await Promise.all([import('./session.ts'), import('./banner.ts')]);
  const session = await startSession({
    root: projectHere(),
    port: flags.port,
    fresh: flags.fresh,
    dynamodbEndpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB || undefined,
    terminal,
    onEnd: (message) => end(message),
  });
  const cloud = session.cloud();
  for (const { type, logicalId, reason } of cloud.unsupported) {
    terminal.report({ level: 'warn', message: `Not run here: ${logicalId} (${type}): ${reason}` });
  }
  if (flags.json) terminal.report({ level: 'info', message: 'Parley is running', url: cloud.url });
  else console.log(banner(cloud));
  return session;
}

function projectHere(): string {
  const root = process.cwd();
  if (existsSync(join(root, 'infra/app.ts'))) return root;
  throw new StartError('Parley starts in its own folder: change to it and run `npm start`.');
}

let session: Promise<Session> | undefined;
let interrupted = false;

/** The first time everything is put in order, the second time there is no time for it. */
function interrupt(): void {
  if (interrupted) process.exit(130);
  interrupted = true;
  if (session === undefined) process.exit(0);
  session
    .then((it) => it.stop())
    .then(
      () => process.exit(0),
      () => process.exit(1),
    );
}

function end(message: string): never {
  console.error(message);
  process.exit(1);
}

/** @returns the sentence for what a person can cure; undefined for a fault of ours, which keeps its stack */
function explain(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof StartError || error.name === 'TemplateError') return error.message;
  const { code } = error as NodeJS.ErrnoException;
  const [, missing] = /Cannot find (?:package|module) '([^'./][^']*)'/.exec(error.message) ?? [];
  if ((code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && missing !== undefined) {
    return `The package ${missing} is not installed: run \`npm ci\`.`;
  }
  return undefined;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help) {
    console.log(usage);
    process.exit(0);
  }
  session = start(flags);
  await session;
} catch (error) {
  const sentence = explain(error);
  if (sentence === undefined) console.error(error);
  else console.error(sentence);
  process.exit(interrupted ? 0 : 1);
}
