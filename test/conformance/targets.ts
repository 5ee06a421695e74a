/** What the stories can run against: the local cloud, the endpoint on this machine, or a stage on AWS by its name. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { deployToEndpoint } from '../../infra/endpoint/deployment.ts';
import { endpoint, endpointClient, endpointIssuer } from '../../infra/endpoint/endpoint.ts';
import { endpointKeyFile } from '../../infra/endpoint/identity.ts';
import { emulatorThere, type MiniStack, startMiniStack, whatAnswers } from '../../infra/endpoint/ministack.ts';
import { type Places, placesOf } from '../../infra/endpoint/places.ts';
import { Mistake } from '../../infra/mistake.ts';
import type { Target } from '../support/target.ts';

const scratch = resolve(import.meta.dirname, '../../.parley');

export interface Opened {
  target: Target;
  places: Places;
  close(): Promise<void>;
}

/**
 * Deploys to what answers at port 4566; where nothing does, MiniStack is started first, and ends with `close`.
 * @throws Mistake where that cannot be; NotToBeHad where MiniStack cannot be installed
 */
export const openEndpoint = async (say: (line: string) => void): Promise<Opened> => {
  await mkdir(scratch, { recursive: true });
  let ministack: MiniStack | undefined;
  if ((await whatAnswers()) === 'nothing') {
    const log = logFile('emulator.log');
    ministack = await startMiniStack({ directory: join(scratch, 'emulator'), say, onOutput: log.write });
    say(`Started MiniStack at ${endpoint}; what it says is in ${log.name}.`);
  } else {
    say(`Deploying to the ${await emulatorThere()} that runs at ${endpoint}.`);
  }
  try {
    const places = await deployToEndpoint(logFile('deploy.log').write);
    const { url, webSocketUrl, tableName } = places;
    return {
      places,
      target: {
        ...{ url, webSocketUrl, tableName, client: endpointClient },
        // What MiniStack makes of an authorizer that throws `Unauthorized`.
        unauthorized: 500,
        tokens: { issuer: endpointIssuer, keyFile: endpointKeyFile },
      },
      close: async () => ministack?.stop(),
    };
  } catch (error) {
    await ministack?.stop();
    throw error;
  }
};

/**
 * A stage that is deployed already, in the account and region of whoever runs this.
 * @param tokens an address that answers `POST {user, tenant, roles}` with `{token}`, of an issuer that the stage believes
 */
export const openStage = async (stage: string, tokens: string | undefined): Promise<Opened> => {
  if (tokens === undefined) {
    throw new Mistake(
      `--tokens <url> is missing: what gives out tokens that the stage ${stage} believes. docs/conformance.md says how.`,
    );
  }
  const places = await placesOf(stage).catch((error: Error) => {
    throw error instanceof Mistake ? error : new Mistake(`The stage ${stage} cannot be looked up: ${error.message}`);
  });
  const { url, webSocketUrl, tableName } = places;
  return {
    places,
    target: { url, webSocketUrl, tableName, client: {}, unauthorized: 401, tokens: { url: tokens } },
    close: async () => undefined,
  };
};

const logFile = (name: string) => {
  const path = join(scratch, name);
  const stream = createWriteStream(path);
  return { name: relative('', path), write: (text: string) => void stream.write(text) };
};
