/** Which of the stories run on a target. */
import { type Skipped, skipped } from './skipped.ts';

/** The local cloud runs every story. */
export type TargetKind = 'local' | 'endpoint' | 'stage';

const concerns = ({ on }: Skipped, kind: TargetKind): boolean =>
  kind === 'endpoint' || (kind === 'stage' && on === 'deployed');

/** @returns names of the files of which nothing runs */
export const filesSkippedOn = (kind: TargetKind): string[] =>
  skipped.filter((one) => one.stories === undefined && concerns(one, kind)).map(({ file }) => file);

/**
 * @param titles of the story and of the groups that it is in
 * @returns why it does not run; undefined where it does
 */
export const skippedOn = (kind: TargetKind, file: string, titles: readonly string[]): Skipped | undefined =>
  skipped.find(
    (one) =>
      one.file === file &&
      concerns(one, kind) &&
      (one.stories?.some((story) => titles.some((title) => titled(story).test(title))) ?? true),
  );

/** What the titles look like of a test that is run with several values: they stand in place of `%s` and `$name`. */
export const titled = (story: string): RegExp =>
  new RegExp(
    `^${story
      .split(/%[sdifjo]|\$[\w.]+/)
      .map((part) => RegExp.escape(part))
      .join('.*')}$`,
    's',
  );
