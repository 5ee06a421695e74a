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

/** @param line of a stack @returns undefined for what is of no source of ours: Node's own code, or a package's */
const originOf = (line: string): string | undefined => {
  const [, file, row, column] = /([^\s()]+):(\d+):(\d+)\)?$/.exec(line) ?? [];
  if (file === undefined) return undefined;
  if (!maps.has(file)) maps.set(file, mapBeside(file));
  const origin = maps.get(file)?.findOrigin(Number(row), Number(column));
  if (!origin || !('fileName' in origin) || !origin.fileName || origin.fileName.includes('node_modules/'))
    return undefined;
  return `at ${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`;
};

/**
 * @param stack of an error
 * @returns the innermost place in the sources, otherwise the innermost of all; undefined where the stack names none
 */
export const placeIn = (stack: string | undefined): string | undefined => {
  const lines = (stack ?? '')
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one.startsWith('at '));
  for (const line of lines) {
    const origin = originOf(line);
    if (origin !== undefined) return origin;
  }
  return lines[0];
};
