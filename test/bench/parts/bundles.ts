/** How big each function is, and how long it takes to load. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { environmentOf } from '../../../infra/local/lambda/environment.ts';
import type { FunctionModel } from '../../../infra/local/model.ts';
import { synthesize } from '../../../infra/local/synth.ts';
import { readModel } from '../../../infra/local/template/read-model.ts';
import { kilobytes, milliseconds } from '../format.ts';
import { interruption } from '../interruption.ts';
import type { Part } from '../part.ts';
import { median } from '../statistics.ts';

interface Bundle {
  name: string;
  isWebSocket: boolean;
  bytes: number;
  initMs: number;
}

const targetBytes = 400_000;

export const bundles: Part<Bundle[]> = {
  name: 'bundles',

  measure: async ({ quick }) => {
    const { functions, webSocketApis } = readModel(await synthesize());
    const arns = new Set(
      webSocketApis.flatMap(({ routes }) => routes.flatMap((one) => [one.functionArn, one.authorizer?.functionArn])),
    );
    const loads = new Map(functions.map((fn): [FunctionModel, number[]] => [fn, []]));
    // Round by round, so that a busy moment of the machine does not fall on one function alone.
    for (let round = 0; round < (quick ? 1 : 7); round += 1) {
      for (const [fn, times] of loads) times.push(await timeToLoad(fn));
    }
    return Promise.all(
      [...loads].map(async ([fn, times]) => ({
        name: fn.name,
        isWebSocket: arns.has(fn.arn),
        bytes: (await stat(moduleOf(fn))).size,
        initMs: median(times),
      })),
    );
  },

  section: (all) => {
    const largest = Math.max(...all.filter(({ isWebSocket }) => isWebSocket).map(({ bytes }) => bytes));
    return {
      title: 'Bundles',
      method:
        'The minified bundle that is deployed, without its source map; and the time that a new process takes to import it, with the ' +
        "function's own environment, Node's start apart; median of seven processes.",
      head: ['function', 'size', 'init'],
      rows: all
        .toSorted((a, b) => b.bytes - a.bytes)
        .map(({ name, bytes, initMs }) => [`\`${name}\``, kilobytes(bytes), milliseconds(initMs)]),
      targets: [
        {
          wanted: `WebSocket functions of at most ${kilobytes(targetBytes)}`,
          got: `the largest has ${kilobytes(largest)}`,
          met: largest <= targetBytes,
        },
      ],
    };
  },
};

const moduleOf = ({ codeDirectory, handler }: FunctionModel): string =>
  join(codeDirectory, `${handler.slice(0, handler.lastIndexOf('.'))}.js`);

const run = promisify(execFile);
const loader = fileURLToPath(new URL('../bundles/import.ts', import.meta.url));

const patienceMs = 30_000;

const timeToLoad = async (fn: FunctionModel): Promise<number> => {
  const env = environmentOf(fn, {
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' },
    awsEndpoint: 'http://127.0.0.1:9',
    logStream: 'bench',
  });
  const { stdout } = await run(process.execPath, [loader, pathToFileURL(moduleOf(fn)).href], {
    env,
    timeout: patienceMs,
    signal: interruption,
  });
  const took = Number(stdout.trim());
  if (!Number.isFinite(took)) throw new Error(`${fn.name} printed while it was loaded: ${stdout}`);
  return took;
};
