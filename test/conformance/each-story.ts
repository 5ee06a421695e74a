/** Runs before every story of the conformance suite, and skips those that are not for its target. */
import { basename } from 'node:path';
import { beforeEach, inject } from 'vitest';
import { reasons } from './skipped.ts';
import { skippedOn, type TargetKind } from './skipping.ts';

declare module 'vitest' {
  interface ProvidedContext {
    targetKind: TargetKind;
  }
}

beforeEach(({ task, skip }) => {
  const titles: string[] = [];
  for (let at = task as { name: string; suite?: unknown } | undefined; at; at = at.suite as typeof at)
    titles.push(at.name);
  const found = skippedOn(inject('targetKind'), basename(task.file.name, '.test.ts'), titles);
  if (found) skip(reasons[found.why]);
});
