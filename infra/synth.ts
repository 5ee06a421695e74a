/** `npm run synth [-- -c stage=prod]`: synthesises into cdk.out and says what came of it. */
import { parseArgs } from 'node:util';
import { endWith, Mistake } from './mistake.ts';
import { parley } from './parley.ts';

const contextOf = (args: string[]): Record<string, string> =>
  Object.fromEntries(
    args.map((pair) => {
      const [, key, value] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
      if (key === undefined || value === undefined) throw new Mistake(`-c ${pair}: write -c key=value.`);
      return [key, value];
    }),
  );

const argumentsOf = (): string[] => {
  try {
    return parseArgs({ options: { context: { type: 'string', short: 'c', multiple: true, default: [] } } }).values
      .context;
  } catch (error) {
    throw new Mistake((error as Error).message);
  }
};

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} KB`.padStart(7);

try {
  const outdir = 'cdk.out';
  const context = contextOf(argumentsOf());
  const { app, sizes } = await parley({ outdir, context });
  const { stacks } = app.synth();
  for (const { entry } of stacks.flatMap(({ messages }) => messages)) console.warn(String(entry.data));
  for (const { stackName, template } of stacks) {
    console.log(`${String(Object.keys(template.Resources).length).padStart(4)} resources  ${stackName}`);
  }
  for (const [name, bytes] of [...sizes].sort(([, a], [, b]) => b - a)) console.log(`${kilobytes(bytes)}  ${name}`);
} catch (error) {
  endWith(error);
}
