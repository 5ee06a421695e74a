/** Schemas of the events on the bus, for whoever hears them: printed from the zod schemas, and never used by a function. */
import * as z from 'zod';
import type { PublicEventContract } from './domain-events.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What is told may gain fields without notice, and who checks it must not break: so no object is closed, whatever it is to senders. */
const opened = ({ jsonSchema }: { jsonSchema: JsonSchema }): void => {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  // The format says it; the pattern is a screenful.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};

/** `detail` of an event, in JSON Schema 2020-12. */
export const jsonSchemaOf = ({ type, version, detail }: PublicEventContract): JsonSchema => {
  const { $schema, ...schema } = z.toJSONSchema(detail, { io: 'output', override: opened });
  return { $schema, $id: `urn:parley:event:${type}:${version}`, ...schema } as JsonSchema;
};

/**
 * `detail` of an event as OpenAPI 3.0 has it.
 * @returns it and the schemas that it refers to, by names under `#/components/schemas/`
 */
export const openApiSchemasOf = ({ detail }: PublicEventContract, name: string): Record<string, JsonSchema> => {
  const { definitions = {}, ...schema } = z.toJSONSchema(detail, {
    io: 'output',
    target: 'openapi-3.0',
    override: ({ jsonSchema }) => {
      opened({ jsonSchema });
      const { examples } = jsonSchema;
      delete jsonSchema.examples;
      if (Array.isArray(examples) && examples[0] !== undefined) jsonSchema.example = examples[0];
    },
  });
  const text = JSON.stringify({ [name]: schema, ...(definitions as Record<string, JsonSchema>) });
  return JSON.parse(text.replaceAll('"#/definitions/', '"#/components/schemas/')) as Record<string, JsonSchema>;
};
