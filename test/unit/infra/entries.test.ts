import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkEntries, entries } from '../../../infra/bundle/entries.ts';

const treeWithout = (missing: string[]): string => {
  const root = mkdtempSync(join(tmpdir(), 'parley-entries-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const { name } of entries.filter((entry) => !missing.includes(entry.name))) {
    const file = join(root, 'functions', `${name}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
  }
  return root;
};

it('accepts a tree in which every function has its file', () => {
  expect(() => checkEntries(treeWithout([]))).not.toThrow();
});

it('names a missing file, and who names it', () => {
  expect(() => checkEntries(treeWithout(['http/messages/create']))).toThrow(
    'functions/http/messages/create.ts is missing: routes.ts names messages/create.',
  );
});

it('names every missing file on a line of its own', () => {
  expect(() => checkEntries(treeWithout(['websocket/message-send', 'stream/fanout']))).toThrow(
    [
      'functions/websocket/message-send.ts is missing: commands.ts names message.send.',
      'functions/stream/fanout.ts is missing: events-stack.ts names it.',
    ].join('\n'),
  );
});
