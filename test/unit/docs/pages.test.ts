import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refresh, stalePages } from '../../../docs/generate/freshness.ts';
import { htmlPage } from '../../../docs/generate/html/page.ts';
import { pages } from '../../../docs/generate/pages.ts';
import { runDocs } from '../../../docs/generate/run.ts';
import { commands } from '../../../shared/protocol/commands.ts';
import { errorCodes } from '../../../shared/protocol/errors.ts';
import { serverEvents } from '../../../shared/protocol/events.ts';
import { anchorsIn } from '../../support/markdown.ts';

const run = promisify(execFile);
const project = new URL('../../../', import.meta.url);

const paths = (some: readonly { path: string }[]) => some.map(({ path }) => path);
const text = (path: string) => pages.find((page) => page.path === `docs/reference/${path}`)?.render() ?? '';

describe('generated pages', () => {
  it('are on disk as the code prints them: otherwise `npm run docs`', async () => {
    expect(paths(await stalePages(pages, project))).toEqual([]);
  });

  it('come out the same each time, and end with one line break', () => {
    for (const page of pages) {
      expect(page.render()).toBe(page.render());
      expect(page.render()).toMatch(/[^\n]\n$/);
    }
  });

  it('in Markdown link only to what is there', async () => {
    const printed = new Map(pages.map((page) => [page.path, page.render()]));
    for (const { path } of pages.filter((page) => page.path.endsWith('.md'))) {
      for (const [, file = '', anchor] of printed.get(path)?.matchAll(/\]\(([^)#]*)(?:#([^)]+))?\)/g) ?? []) {
        const at = file === '' ? path : posix.join(posix.dirname(path), file);
        const target = printed.get(at) ?? (await readFile(new URL(at, project), 'utf8').catch(() => ''));
        expect(target, `${path} → ${file}`).not.toBe('');
        if (anchor) expect(anchorsIn(target), `${path} → ${file}#${anchor}`).toContain(anchor);
      }
    }
  });

  it('give every command, event and error an anchor that code can link to', () => {
    const frames = anchorsIn(text('websocket.md'));
    for (const { name } of [...commands, ...serverEvents]) expect(frames).toContain(name.replaceAll('.', ''));
    for (const code of errorCodes) expect(anchorsIn(text('errors.md'))).toContain(code);
  });
});

describe('the readable page', () => {
  const html = htmlPage().lines.join('\n');

  it('needs nothing but itself', () => {
    expect(html).not.toMatch(/<script|<iframe|<object|<img|@import|\son\w+=|\sstyle=/i);
    const loaded = [...html.matchAll(/<link[^>]*href="([^"]*)"/g)].map(([, href]) => href);
    expect(loaded).toEqual([expect.stringMatching(/^data:/)]);
  });

  it('links only to places of its own, and gives each id once', () => {
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, anchor] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(anchor);
  });

  it('is well-formed: every element that opens is closed in order', () => {
    const open: string[] = [];
    for (const [, end, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
      if (['meta', 'link', 'wbr'].includes(name)) continue;
      if (end) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });
});

describe('npm run docs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-docs-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const page = { path: 'a/b.md', render: () => 'new\n' };

  it('writes what is missing or stale, and nothing else', async () => {
    const root = pathToFileURL(`${folder}/`);
    expect(paths(await refresh([page], root))).toEqual(['a/b.md']);
    expect(await readFile(join(folder, 'a/b.md'), 'utf8')).toBe('new\n');
    expect(await refresh([page], root)).toEqual([]);

    await writeFile(join(folder, 'a/b.md'), 'old\n');
    expect(paths(await stalePages([page], root))).toEqual(['a/b.md']);
  });

  const docs = (check = false) => runDocs({ root: pathToFileURL(`${folder}/`), check });

  it('with --check says nothing while everything is up to date', async () => {
    const flags = ['docs/generate/main.ts', '--check'];
    expect(await run(process.execPath, flags, { cwd: project })).toEqual({ stdout: '', stderr: '' });
  });

  it('with --check fails where something is not', async () => {
    const flags = ['docs/generate/main.ts', '--check', '--root', folder];
    await expect(run(process.execPath, flags, { cwd: project })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Run `npm run docs` and commit what it writes.'),
    });
  });

  it('with --check names each stale page and the cure, fails, and writes nothing', async () => {
    await docs();
    const [stale] = paths(pages);
    await writeFile(join(folder, String(stale)), 'old\n');

    expect(await docs(true)).toEqual({
      said: [],
      complaints: [`${stale} is stale.`, 'Run `npm run docs` and commit what it writes.'],
    });
    expect(await readFile(join(folder, String(stale)), 'utf8')).toBe('old\n');
  });

  describe('where an event would break what was published of it', () => {
    const file = 'docs/events/message.created.v1.json';
    const notice = 'Published events may gain fields, and nothing else: docs/events.md says how to change one.';
    let published: string;

    /** As it was published once: with a field that the code does not tell any more. */
    beforeEach(async () => {
      await docs();
      const schema = JSON.parse(await readFile(join(folder, file), 'utf8'));
      schema.$defs.Message.properties.colour = { type: 'string' };
      published = JSON.stringify(schema);
      await writeFile(join(folder, file), published);
    });

    it.each([
      ['with --check', true],
      ['without', false],
    ])('%s it names the field, complains, and writes nothing', async (_, check) => {
      expect(await docs(check)).toEqual({ said: [], complaints: [`${file}: data.message.colour is gone.`, notice] });
      expect(await readFile(join(folder, file), 'utf8')).toBe(published);
    });
  });

  it('misses an event that was published and is told no more', async () => {
    await docs();
    await writeFile(join(folder, 'docs/events/message.burned.v1.json'), '{}');

    const { complaints } = await docs(true);
    expect(complaints).toContain('docs/events/message.burned.v1.json: what it describes is not told any more.');
  });
});
