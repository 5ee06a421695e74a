import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../temporary.ts';
import { aProject, npmStart, type Started } from './started-project.ts';

let folder: string;
let removeProject: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove: removeProject } = await aProject());
});
afterAll(() => removeProject());

/** Edits a file of the project for the running test. */
async function edit(path: string, change: (text: string) => string): Promise<void> {
  const file = join(folder, path);
  const text = await readFile(file, 'utf8');
  onTestFinished(() => writeFile(file, text));
  await writeFile(file, change(text));
}

const url = (started: Started) => started.prints(/Health {5}(http:\S+)/);

describe('npm start', () => {
  it('says where it is, serves, and ends cleanly on Ctrl-C', async () => {
    const started = npmStart(folder, '--port', '0');
    const health = await url(started);
    expect((await fetch(health)).status).toBe(200);
    expect(started.output()).toContain('Data       .parley/data');
    started.process.kill('SIGINT');
    expect(await started.ended).toBe(0);
    await expect(fetch(health)).rejects.toThrow();
  });

  it('prints nothing but JSON lines with --json', async () => {
    const started = npmStart(folder, '--port', '0', '--json');
    const origin = await started.prints(/"url":"([^"]+)"/);
    await fetch(`${origin}/health`);
    started.process.kill('SIGINT');
    await started.ended;
    for (const line of started.output().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('takes over what changes, and keeps the old code while the new does not compile', async () => {
    const started = npmStart(folder, '--port', '0');
    const health = await url(started);

    await edit('infra/functions/echo/index.mjs', (text) => text.replace('statusCode: 200', 'statusCode: 299'));
    await started.prints(/(Reloaded Echo\.)/);
    expect((await fetch(health)).status).toBe(299);

    await edit('infra/doors-stack.ts', (text) => text.replace("path: '/health'", "path: '/health' oops"));
    await started.prints(/(The code from before keeps running\.)/);
    expect((await fetch(health)).status).toBe(299);

    await edit('infra/doors-stack.ts', (text) => text.replace("'/health' oops", "'/alive'"));
    await started.prints(/(Parley is running at )/);
    expect((await fetch(health)).status).toBe(404);
    expect((await fetch(health.replace('health', 'alive'))).status).toBe(299);
  }, 60_000);
});

describe('npm start says in one sentence, without a stack, that', () => {
  async function sentence(...flags: string[]): Promise<string> {
    const started = npmStart(folder, ...flags);
    expect(await started.ended).toBe(1);
    expect(started.output()).not.toMatch(/^\s+at /m);
    return started.output().trim();
  }

  it('a flag does not exist', async () => {
    expect(await sentence('--prot')).toBe("Unknown option '--prot'; `npm start -- --help` lists the flags.");
    expect(await sentence('--port', 'x')).toBe('--port takes a number from 0 to 65535, not x.');
  });

  it('the port is busy', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await sentence('--port', String(port))).toMatch(new RegExp(`^Port ${port} is in use; `));
  });

  it('another one is running on the same data', async () => {
    const first = npmStart(folder, '--port', '0');
    await url(first);
    expect(await sentence('--port', '0', '--fresh')).toBe(
      'Another Parley is running on the data in .parley/data; stop it first.',
    );
  });

  it('the data is damaged, and a fresh start helps', async () => {
    const first = npmStart(folder, '--port', '0');
    await url(first);
    first.process.kill('SIGINT');
    await first.ended;
    await writeFile(join(folder, '.parley/data/tables.db'), 'not a database '.repeat(1000));
    expect(await sentence('--port', '0')).toBe(
      'The data in .parley/data/tables.db cannot be read; `npm start -- --fresh` begins anew.',
    );
    await url(npmStart(folder, '--port', '0', '--fresh'));
  });

  it('the places in the streams are damaged', async () => {
    const first = npmStart(folder, '--port', '0', '--fresh');
    await url(first);
    first.process.kill('SIGINT');
    await first.ended;
    await writeFile(join(folder, '.parley/data/stream-checkpoints.json'), '{"Mapping":');
    expect(await sentence('--port', '0')).toBe(
      'The stream checkpoints in .parley/data/stream-checkpoints.json cannot be read; ' +
        'remove that file, or begin anew with `npm start -- --fresh`.',
    );
    await rm(join(folder, '.parley/data/stream-checkpoints.json'));
    await url(npmStart(folder, '--port', '0'));
  });

  it('the app cannot be synthesised, in its own words', async () => {
    await edit('infra/app.ts', () => "console.error('The stage prod has no settings.'); process.exit(1);");
    expect(await sentence('--port', '0')).toBe('The stage prod has no settings.');
  });

  it('a package is missing', async () => {
    await edit('infra/app.ts', () => "import 'not-installed';");
    expect(await sentence('--port', '0')).toBe('The package not-installed is not installed: run `npm ci`.');
  });

  it('it was started elsewhere', async () => {
    const started = npmStart(await temporaryDirectory());
    expect(await started.ended).toBe(1);
    expect(started.output()).toBe('Parley starts in its own folder: change to it and run `npm start`.\n');
  });

  it('a data folder cannot be written', async () => {
    const { folder: readOnly, remove } = await aProject();
    onTestFinished(remove);
    await rm(join(readOnly, '.parley'), { recursive: true, force: true });
    await writeFile(join(readOnly, '.parley'), 'a file');
    const started = npmStart(readOnly, '--port', '0');
    expect(await started.ended).toBe(1);
    expect(started.output()).not.toMatch(/^\s+at /m);
  });
});
