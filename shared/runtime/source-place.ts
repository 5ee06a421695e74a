/**
 * Where in the sources something came from, of a function that runs as a bundle. Node tells it by itself if asked to
 * (`--enable-source-maps`), but reads the source map at every start, which takes an eighth of it; this reads it once something went wrong.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

const maps = new Map<string, SourceMap | undefined>();

const mapBeside = (file: string): SourceMap | undefined => {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  } catch {
    return undefined;
  }
};

/** @param stack of an error; undefined where it has none, or names no place */
export const placeIn = (stack: string | undefined): string | undefined => {
  const line = stack
    ?.split('\n')
    .find((one) => one.trimStart().startsWith('at '))
    ?.trim();
  const [, file, row, column] = /([^\s()]+):(\d+):(\d+)\)?$/.exec(line ?? '') ?? [];
  if (file === undefined) return line;
  if (!maps.has(file)) maps.set(file, mapBeside(file));
  const origin = maps.get(file)?.findOrigin(Number(row), Number(column));
  return origin && 'fileName' in origin
    ? `at ${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`
    : line;
};
