import { isDeepStrictEqual } from 'node:util';
import type { FunctionModel } from './model.ts';

/** @returns one sentence on the functions whose code or settings are others than before; undefined if there are none */
export function reloaded(before: FunctionModel[], after: FunctionModel[]): string | undefined {
  const known = new Map(before.map((fn) => [fn.name, fn]));
  const names = after.filter((fn) => !isDeepStrictEqual(known.get(fn.name), fn)).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return `Reloaded ${names.length > 3 ? `${names.length} functions` : names.join(', ')}.`;
}
