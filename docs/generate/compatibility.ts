/**
 * Whether a schema of what is told still keeps what a published one promised to those who hear it. Whatever the new one lets through,
 * the published one must have let through; and what somebody waits for must still be told. Fields may be added, since nobody may mind
 * what they do not know.
 */
import type { JsonSchema } from '../../shared/protocol/event-schemas.ts';

type Schema = JsonSchema & Record<string, unknown>;

/** A schema, and the document in which its references lead somewhere. */
interface Placed {
  schema: Schema;
  root: Schema;
}

/** @returns a sentence for each promise that is not kept, which begins with the name of the field; none where all are */
export const breaksIn = (published: JsonSchema, next: JsonSchema): string[] => [
  ...new Set(
    compared(
      '',
      { schema: published as Schema, root: published as Schema },
      { schema: next as Schema, root: next as Schema },
    ),
  ),
];

/** They say nothing of what is told. */
const annotations = ['$schema', '$id', '$defs', '$ref', 'title', 'description', 'examples', 'default', 'deprecated'];
/** Looked at one by one below; of any other keyword a change is taken for the worst. */
const understood = [
  'type',
  'enum',
  'const',
  'anyOf',
  'oneOf',
  'properties',
  'required',
  'items',
  'additionalProperties',
];

const compared = (path: string, before: Placed, after: Placed): string[] => {
  const [were, are] = [alternativesOf(before), alternativesOf(after)];
  // Whoever was promised nothing can have relied on nothing.
  if (were.some(({ schema }) => typeOf(schema) === undefined)) return [];
  const [typesBefore, typesNow] = [typesIn(were), typesIn(are)];
  const lost = [...typesBefore.difference(typesNow)].filter((type) => type !== 'null');
  const gained = [...typesNow.difference(typesBefore)];
  if (lost.length > 0)
    return [`${named(path)} was ${[...typesBefore].join(' or ')} and is now ${[...typesNow].join(' or ')}.`];
  return [
    ...gained.map((type) => `${named(path)} may now be ${type}, which it could not.`),
    ...[...typesBefore.intersection(typesNow)].flatMap((type) =>
      comparedOfType(
        path,
        were.filter(({ schema }) => typeOf(schema) === type),
        are.filter(({ schema }) => typeOf(schema) === type),
      ),
    ),
  ];
};

/** Each way to be of the type must have been one before; where it was one of several, any of them will do. */
const comparedOfType = (path: string, were: readonly Placed[], are: readonly Placed[]): string[] => [
  ...literalBreaks(path, were, are),
  ...are.flatMap((is) => {
    const breaks = were.map((was) => plainBreaks(path, was, is));
    return breaks.some(({ length }) => length === 0) ? [] : (breaks[0] ?? []);
  }),
];

const literalBreaks = (path: string, were: readonly Placed[], are: readonly Placed[]): string[] => {
  const [before, now] = [literalsIn(were), literalsIn(are)];
  if (!before) return now ? [`${named(path)} can now be nothing but ${[...now].join(', ')}.`] : [];
  if (!now) return [`${named(path)} may now be anything, and was one of ${[...before].join(', ')}.`];
  return [
    ...[...now.difference(before)].map((value) => `${named(path)} may now be ${value}, which it could not.`),
    ...[...before.difference(now)].map((value) => `${named(path)} can no longer be ${value}.`),
  ];
};

/** Of two schemas of one type. */
const plainBreaks = (path: string, was: Placed, is: Placed): string[] => [
  ...propertyBreaks(path, was, is),
  ...requiredBreaks(path, was, is),
  ...innerBreaks(`${path}[]`, was, is, 'items'),
  ...innerBreaks(`${path}.*`, was, is, 'additionalProperties'),
  ...keywordBreaks(path, was.schema, is.schema),
];

const propertyBreaks = (path: string, was: Placed, is: Placed): string[] =>
  Object.entries(was.schema.properties ?? {}).flatMap(([name, before]) => {
    const now = is.schema.properties?.[name];
    const own = path === '' ? name : `${path}.${name}`;
    if (now === undefined) return [`${own} is gone.`];
    return compared(own, { ...was, schema: before as Schema }, { ...is, schema: now as Schema });
  });

const requiredBreaks = (path: string, was: Placed, is: Placed): string[] =>
  (was.schema.required ?? [])
    .filter((name) => is.schema.properties?.[name] !== undefined && !is.schema.required?.includes(name))
    .map((name) => `${path === '' ? name : `${path}.${name}`} may now be left out.`);

const innerBreaks = (path: string, was: Placed, is: Placed, keyword: 'items' | 'additionalProperties'): string[] => {
  const before = was.schema[keyword];
  const now = is.schema[keyword];
  if (typeof before !== 'object') return [];
  if (typeof now !== 'object') return [`${named(path)} may now be anything.`];
  return compared(path, { ...was, schema: before as Schema }, { ...is, schema: now as Schema });
};

const keywordBreaks = (path: string, before: Schema, now: Schema): string[] =>
  Object.entries(before).flatMap(([keyword, was]) => {
    if (annotations.includes(keyword) || understood.includes(keyword)) return [];
    const is = now[keyword];
    if (JSON.stringify(was) === JSON.stringify(is) || isTighter(keyword, was, is)) return [];
    return [`${named(path)}: ${keyword} was ${JSON.stringify(was)} and is now ${JSON.stringify(is) ?? 'nothing'}.`];
  });

const isTighter = (keyword: string, was: unknown, is: unknown): boolean => {
  if (typeof was !== 'number' || typeof is !== 'number') return false;
  if (/^(?:min|exclusiveMin)/.test(keyword)) return is > was;
  return /^(?:max|exclusiveMax)/.test(keyword) && is < was;
};

/** References followed, and each choice of a union by itself: `string | null` is two. */
const alternativesOf = ({ schema, root }: Placed): Placed[] => {
  const { $ref, anyOf, oneOf, ...rest } = schema;
  if ($ref !== undefined) return alternativesOf({ schema: definitionOf(String($ref), root), root });
  const choices = anyOf ?? oneOf;
  if (choices) return choices.flatMap((choice) => alternativesOf({ schema: choice as Schema, root }));
  const { type } = rest;
  return Array.isArray(type)
    ? type.map((one) => ({ schema: { ...rest, type: one } as Schema, root }))
    : [{ schema, root }];
};

const definitionOf = (ref: string, root: Schema): Schema => {
  const definition = root.$defs?.[ref.slice(ref.lastIndexOf('/') + 1)];
  if (definition === undefined) throw new Error(`${ref} leads nowhere.`);
  return definition as Schema;
};

const typeOf = ({ type }: Schema): string | undefined => type as string | undefined;

const typesIn = (all: readonly Placed[]): Set<string> => new Set(all.map(({ schema }) => typeOf(schema) ?? 'anything'));

/** As JSON; undefined where anything of the type will do. */
const literalsIn = (all: readonly Placed[]): Set<string> | undefined => {
  const lists = all.map(({ schema }) => schema.enum ?? (schema.const === undefined ? undefined : [schema.const]));
  if (lists.includes(undefined)) return undefined;
  return new Set(lists.flatMap((list) => (list ?? []).map((value) => JSON.stringify(value))));
};

const named = (path: string): string => (path === '' ? 'The event' : path);
