/** `npm run test:conformance`: the stories of test/e2e against what is deployed somewhere. */
import { resolve } from 'node:path';
import { startVitest } from 'vitest/node';
import { NotToBeHad } from '../../infra/endpoint/python.ts';
import { StartError } from '../../infra/local/start-error.ts';
import { endWith, Mistake } from '../../infra/mistake.ts';
import { endpointStage, localStage } from '../../infra/settings.ts';
import { answers } from './answers.ts';
import { type Flags, readFlags, usage } from './flags.ts';
import { filesSkippedOn, type TargetKind } from './skipping.ts';
import { deployedAs, outcomeAs, outcomeOf } from './summary.ts';
import { type Opened, openEndpoint, openStage } from './targets.ts';

const root = resolve(import.meta.dirname, '../..');
const say = (line: string) => console.log(line);

const kinds: Record<string, TargetKind> = { [localStage]: 'local', [endpointStage]: 'endpoint' };

/** @returns whether every story that ran passed */
const run = async ({ target: name, tokens, files }: Flags): Promise<boolean> => {
  const kind = kinds[name] ?? 'stage';
  const opened =
    kind === 'endpoint' ? await openEndpoint(say) : kind === 'stage' ? await openStage(name, tokens) : undefined;
  const interrupt = () => void opened?.close().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
  try {
    if (opened) {
      say(deployedAs(opened.places));
      await answers(opened.target);
    }
    return await runStories(kind, opened, files);
  } finally {
    await opened?.close();
  }
};

const runStories = async (kind: TargetKind, opened: Opened | undefined, files: string[]): Promise<boolean> => {
  const wholeFiles = filesSkippedOn(kind);
  const vitest = await startVitest(
    'test',
    files.map((file) => `test/e2e/${file}`),
    {
      root,
      config: resolve(import.meta.dirname, 'vitest.config.ts'),
      watch: false,
      reporters: ['verbose'],
      exclude: wholeFiles.map((file) => `test/e2e/${file}.test.ts`),
      provide: { targetKind: kind, ...(opened && { target: opened.target }) },
      ...(opened
        ? // They mostly wait.
          { maxWorkers: 6 }
        : { maxWorkers: 2, globalSetup: ['test/support/global-setup.ts'] }),
    },
  );
  const modules = vitest.state.getTestModules();
  const outcome = outcomeOf(modules);
  const errors = vitest.state.getUnhandledErrors();
  await vitest.close();
  say(outcomeAs(outcome, wholeFiles));
  return modules.every((module) => module.ok()) && outcome.passed > 0 && errors.length === 0;
};

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help) {
    say(usage);
  } else {
    try {
      process.exitCode = (await run(flags)) ? 0 : 1;
    } catch (error) {
      if (!(error instanceof NotToBeHad && flags['if-possible'])) throw error;
      say(`Conformance was not tested here: ${error.message}`);
    }
  }
} catch (error) {
  endWith(error instanceof StartError ? new Mistake(error.message) : error);
}
