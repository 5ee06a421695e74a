import { isArray, isObject } from './json.ts';

/**
 * Reads `$.detail.members[0].id` out of a value: the paths that EventBridge takes.
 * @returns a function that answers undefined where there is nothing
 * @throws for a path in any other form
 */
export function jsonPath(path: string): (value: unknown) => unknown {
  if (!/^\$(\.[\w-]+|\[\d+\]|\['[^']*'\])*$/.test(path)) throw new Error(`"${path}" is no path that EventBridge takes`);
  const steps = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]/g)].map(
    ([, name, index, quoted]) => name ?? quoted ?? Number(index),
  );
  return (value) => steps.reduce(step, value);
}

function step(value: unknown, key: string | number): unknown {
  if (typeof key === 'number') return isArray(value) ? value[key] : undefined;
  return isObject(value) ? value[key] : undefined;
}
