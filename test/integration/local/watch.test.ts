import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { onChange } from '../../../infra/local/watch.ts';
import { temporaryDirectory } from './temporary.ts';

let root: string;
let folder: string;
let file: string;
beforeEach(async () => {
  root = await temporaryDirectory();
  folder = join(root, 'functions');
  file = join(folder, 'http/me-get.ts');
  await mkdir(join(folder, 'http'), { recursive: true });
  await writeFile(file, 'first');
});

/** Watches, and remembers what every call found in the folder. */
async function watching() {
  const found: string[] = [];
  let noticed = Promise.withResolvers<void>();
  const watcher = await onChange({
    root,
    folders: ['functions'],
    work: async () => {
      // A file may go while the folder is read; then another call follows.
      found.push(await textsIn(folder).catch(() => 'a folder on the move'));
      noticed.resolve();
    },
    onError: (error) => noticed.reject(error),
  });
  onTestFinished(() => watcher.stop());
  return {
    found,
    /** Resolves once a call has found these texts in the files. */
    async finds(texts: string): Promise<void> {
      while (found.at(-1) !== texts) {
        await noticed.promise;
        noticed = Promise.withResolvers();
      }
    },
  };
}

async function textsIn(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
  return texts.sort().join(' ');
}

/** As git and many editors write. */
async function replaceByRename(text: string): Promise<void> {
  await writeFile(join(root, 'draft'), text);
  await rename(join(root, 'draft'), file);
}

describe('a change is noticed', () => {
  it('of a file that was edited in place', async () => {
    const { finds } = await watching();
    await writeFile(file, 'second');
    await finds('second');
    await writeFile(file, 'third');
    await finds('third');
  });

  it('of a file that was replaced by another before', async () => {
    const { finds } = await watching();
    await replaceByRename('second');
    await finds('second');
    await replaceByRename('third');
    await finds('third');
    await writeFile(file, 'fourth');
    await finds('fourth');
  });

  it('of a file that was removed and written anew', async () => {
    const { finds } = await watching();
    await rm(file);
    await writeFile(file, 'second');
    await finds('second');
    await writeFile(file, 'third');
    await finds('third');
    await rm(file);
    await finds('');
    await writeFile(file, 'fourth');
    await finds('fourth');
  });

  it('of a new file in a new folder', async () => {
    const { finds } = await watching();
    await mkdir(join(folder, 'stream/deep'), { recursive: true });
    await writeFile(join(folder, 'stream/deep/fanout.ts'), 'new');
    await finds('first new');
    await writeFile(join(folder, 'stream/deep/fanout.ts'), 'newer');
    await finds('first newer');
  });

  it('of the whole folder, removed and made anew', async () => {
    const { finds } = await watching();
    await rm(folder, { recursive: true });
    await mkdir(join(folder, 'http'), { recursive: true });
    await writeFile(file, 'second');
    await finds('second');
    await writeFile(file, 'third');
    await finds('third');
  });

  it('of a folder that was removed and made anew, as a checkout does', async () => {
    const { finds } = await watching();
    await rm(join(folder, 'http'), { recursive: true });
    await finds('');
    await mkdir(join(folder, 'http'));
    await writeFile(file, 'second');
    await finds('second');
    await writeFile(file, 'third');
    await finds('third');
  });
});

it('what was there before, and what lies elsewhere, is no change', async () => {
  const { found, finds } = await watching();
  await mkdir(join(root, 'elsewhere'));
  await writeFile(join(root, 'elsewhere/notes.md'), 'a note');
  await writeFile(join(root, 'README.md'), 'a note');
  await writeFile(file, 'second');
  await finds('second');
  expect(found).not.toContain('first');
});

it('what changes during a call is left to the next, so that there is one at a time', async () => {
  const began = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const texts: string[] = [];
  let running = 0;
  const watcher = await onChange({
    root,
    folders: ['functions'],
    work: async () => {
      expect(++running).toBe(1);
      const text = await readFile(file, 'utf8');
      began.resolve();
      await goOn.promise;
      texts.push(text);
      running--;
      if (text === 'third') done.resolve();
    },
    onError: done.reject,
  });
  onTestFinished(() => watcher.stop());

  await writeFile(file, 'second');
  await began.promise;
  await writeFile(file, 'third');
  goOn.resolve();
  await done.promise;

  expect(texts).toEqual(['second', 'third']);
});
