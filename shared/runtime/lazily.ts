export type Makers<T> = { [Name in keyof T]: (deps: T) => T[Name] };

/** An object whose properties are made on first use. */
export const lazily = <T extends object>(makers: Makers<T>): T => {
  const made = new Map<PropertyKey, unknown>();
  const deps = {} as T;
  for (const name of Object.keys(makers) as (keyof T)[]) {
    Object.defineProperty(deps, name, {
      enumerable: true,
      get: () => {
        if (!made.has(name)) made.set(name, makers[name](deps));
        return made.get(name);
      },
    });
  }
  return deps;
};
