import { z } from 'zod';

/** CloudFormation takes numbers and booleans as text, and text as either; these read them all. */
export const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
export const number = z.coerce.number();
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

/** A property that is accepted and means nothing on one machine: reading it gives nothing. */
export const ignored = z
  .unknown()
  .optional()
  .transform(() => undefined);

/** @returns one property schema for each of these properties, all without a meaning here. */
export function ignoring<const Name extends string>(...names: Name[]): Record<Name, typeof ignored> {
  return Object.fromEntries(names.map((name) => [name, ignored])) as Record<Name, typeof ignored>;
}

/** What is one or a list of them in the template. */
export function oneOrMany<Schema extends z.ZodType>(item: Schema) {
  return z.union([z.array(item), item.transform((one) => [one])]);
}
