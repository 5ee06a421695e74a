/** JSON Schemas of the protocol's zod schemas, with everything that has an id of its own named once and referred to. */
import * as z from 'zod';

export type JsonSchema = z.core.JSONSchema.BaseSchema;
/** What callers send, or what they are answered: defaults and coercion make the two differ. */
export type Direction = 'input' | 'output';
export type Roots = Record<Direction, readonly z.ZodType[]>;
/** OpenAPI 3.1 speaks 2020-12; AsyncAPI 3.0 speaks draft 7, which ignores what stands beside a `$ref`. */
export type Dialect = 'draft-2020-12' | 'draft-7';

export interface SchemaBook {
  /** A reference where the schema has an id, else the schema itself. */
  of(schema: z.ZodType, direction: Direction): JsonSchema;
  /** Every named schema that the roots reach, by name. */
  components: Record<string, JsonSchema>;
}

type Definitions = Map<string, JsonSchema>;

const componentPrefix = '#/components/schemas/';

export const idOf = (schema: z.ZodType): string | undefined => z.globalRegistry.get(schema)?.id;

export const nameOfRef = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

const convert = (schema: z.ZodType, direction: Direction, dialect: Dialect) => {
  const { $schema, $defs, ...root } = z.toJSONSchema(schema, {
    io: direction,
    target: dialect,
    override: ({ zodSchema, jsonSchema }) => {
      // The format says it; the pattern is a screenful.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // Answers may gain fields without notice, and a client that checks them must not break.
      const { def } = zodSchema._zod;
      // Zod is silent about the default of what it preprocesses.
      if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue as never;
      if (direction === 'output' && def.type === 'object' && !('catchall' in def && def.catchall)) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  const definitions = ($defs ?? (root.definitions as typeof $defs) ?? {}) as Record<string, JsonSchema>;
  delete root.definitions;
  return { root: root as JsonSchema, definitions };
};

/** The names of the schemas that a schema mentions. */
export const refsIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) =>
        key === '$ref' && typeof inner === 'string' ? [nameOfRef(inner)] : refsIn(inner),
      );

const withRefs = (value: unknown, rename: (id: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((one) => withRefs(one, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? componentPrefix + rename(nameOfRef(inner))
        : withRefs(inner, rename),
    ]),
  );
};

/** Ids whose two directions differ, in themselves or in what they refer to. */
const twofold = (input: Definitions, output: Definitions): Set<string> => {
  const shared = [...input.keys()].filter((id) => output.has(id));
  const found = new Set(shared.filter((id) => JSON.stringify(input.get(id)) !== JSON.stringify(output.get(id))));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const id of shared) if (refsIn(input.get(id)).some((ref) => found.has(ref))) found.add(id);
  }
  return found;
};

/**
 * @param roots what the document mentions. Where a schema is used both ways and the two differ, `X` is the one that is answered and
 *   `XInput` the one that is sent.
 */
export const schemaBook = (roots: Roots, dialect: Dialect = 'draft-2020-12'): SchemaBook => {
  const definitionsOf = (direction: Direction): Definitions =>
    new Map(roots[direction].flatMap((root) => Object.entries(convert(root, direction, dialect).definitions)));
  const definitions = { input: definitionsOf('input'), output: definitionsOf('output') };
  const both = twofold(definitions.input, definitions.output);
  const nameIn = (direction: Direction) => (id: string) => (direction === 'input' && both.has(id) ? `${id}Input` : id);

  const components = (['input', 'output'] as const)
    .flatMap((direction) => {
      const rename = nameIn(direction);
      return [...definitions[direction]].map(
        ([id, schema]) => [rename(id), withRefs(schema, rename) as JsonSchema] as const,
      );
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));

  return {
    of: (schema, direction) => withRefs(convert(schema, direction, dialect).root, nameIn(direction)) as JsonSchema,
    components: Object.fromEntries(components),
  };
};
