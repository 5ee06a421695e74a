/** Parley's stacks at the endpoint: bootstrapped, deployed, and given what the endpoint drops. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesize } from '../local/synth.ts';
import { Mistake } from '../mistake.ts';
import { endpointStage } from '../settings.ts';
import { publishKeys, removeByTime, withdrawKeys } from './after-deploy.ts';
import { account, endpoint, region } from './endpoint.ts';
import { emulatorThere } from './ministack.ts';
import { type Places, placesAtEndpoint } from './places.ts';

const root = resolve(import.meta.dirname, '../..');

/** cdklocal needs both addresses: asset uploads ask S3's own. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  AWS_ACCESS_KEY_ID: account,
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
};

/** The assembly of the stage `endpoint`, synthesised where nothing has changed since the last time. */
const assemblyForEndpoint = async (): Promise<string> =>
  synthesize({
    directory: join(root, '.parley/endpoint-assembly'),
    context: { stage: endpointStage, emulator: await emulatorThere() },
  });

/**
 * Deploys every stack. Safe to repeat: what is unchanged stays.
 * @param onOutput hears what the CDK says
 * @throws Mistake where nothing that could take them answers, or with the end of what the CDK said
 */
export const deployToEndpoint = async (onOutput: (text: string) => void): Promise<Places> => {
  const assembly = await assemblyForEndpoint();
  await cdklocal(['bootstrap', `aws://${account}/${region}`], assembly, onOutput);
  await cdklocal(['deploy', '--all', '--require-approval', 'never', '--concurrency', '2'], assembly, onOutput);
  const places = await placesAtEndpoint();
  await Promise.all([removeByTime(places.tableName), publishKeys()]);
  return places;
};

/** Removes every stack, and what was laid beside them. */
export const destroyAtEndpoint = async (onOutput: (text: string) => void): Promise<void> => {
  await cdklocal(['destroy', '--all', '--force'], await assemblyForEndpoint(), onOutput);
  await withdrawKeys();
};

const cdklocal = async (args: string[], assembly: string, onOutput: (text: string) => void): Promise<void> => {
  const program = fileURLToPath(import.meta.resolve('aws-cdk-local/bin/cdklocal'));
  const child = spawn(process.execPath, [program, '--app', assembly, '--no-notices', '--ci', ...args], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
      onOutput(text);
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Mistake(`cdklocal ${args[0]} failed:\n${said.trim()}`);
};
