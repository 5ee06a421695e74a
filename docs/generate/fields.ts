/** A JSON Schema as rows to read: one a field, with those of inline objects under dotted names. */
import { type JsonSchema, nameOfRef } from './schemas.ts';

/** A piece of a type as it is written; named ones can be linked to. */
export type TypePart = string | { named: string };

export interface Field {
  name: string;
  type: TypePart[];
  required: boolean;
  /** A sentence or two, in Markdown's inline code at most. */
  meaning: string;
}

const joined = (types: TypePart[][], separator: string): TypePart[] =>
  types.flatMap((type, index) => (index === 0 ? type : [separator, ...type]));

const unique = (types: TypePart[][]): TypePart[][] => [
  ...new Map(types.map((type) => [JSON.stringify(type), type])).values(),
];

const formats: Record<string, string> = { 'date-time': 'time', uri: 'URL' };

const literal = (value: unknown): TypePart[] => [JSON.stringify(value)];

const objectType = (schema: JsonSchema): TypePart[] => {
  const { properties, additionalProperties } = schema;
  if (properties) {
    const fields = Object.entries(properties).map(([name, field]) => [
      `${name}${schema.required?.includes(name) ? '' : '?'}: `,
      ...typeOf(field),
    ]);
    return ['{ ', ...joined(fields, ', '), ' }'];
  }
  if (typeof additionalProperties === 'object') return ['{ [key]: ', ...typeOf(additionalProperties), ' }'];
  return ['object'];
};

export const typeOf = (schema: JsonSchema | boolean): TypePart[] => {
  if (typeof schema === 'boolean') return ['any'];
  if (schema.$ref) return [{ named: nameOfRef(schema.$ref) }];
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return joined(schema.enum.map(literal), ' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return joined(unique(choices.map(typeOf)), ' | ');
  if (Array.isArray(schema.type)) return [schema.type.join(' | ')];
  if (schema.type === 'array') {
    const item = typeOf(schema.items && !Array.isArray(schema.items) ? schema.items : true);
    return item.includes(' | ') ? ['(', ...item, ')[]'] : [...item, '[]'];
  }
  if (schema.type === 'object') return objectType(schema);
  if (schema.type === 'string') return [formats[schema.format ?? ''] ?? 'string'];
  return [schema.type ?? 'any'];
};

const descriptionOf = (schema: JsonSchema): string => {
  if (schema.description) return schema.description;
  const alternatives = (schema.anyOf ?? []).filter((one) => typeof one === 'object' && one.type !== 'null');
  const [only, ...others] = alternatives;
  return only && others.length === 0 ? (only.description ?? '') : '';
};

const limits = ({ minimum, maximum, minItems, maxItems }: JsonSchema): string => {
  if (maxItems !== undefined) return minItems ? `${minItems} to ${maxItems} of them` : `at most ${maxItems} of them`;
  if (minItems !== undefined) return `at least ${minItems}`;
  // Sequence numbers have a technical bound that tells a reader nothing.
  if (maximum !== undefined && maximum < 1e9) return `${minimum ?? 0} to ${maximum}`;
  return '';
};

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const sentence = (text: string): string => (text === '' || /[.`:?!]$/.test(text) ? text : `${text}.`);

const meaningOf = (schema: JsonSchema): string =>
  [
    descriptionOf(schema),
    capitalised(limits(schema)),
    schema.default === undefined ? '' : `Default: \`${JSON.stringify(schema.default)}\``,
  ]
    .map(sentence)
    .filter(Boolean)
    .join(' ');

const inlineObject = (schema: JsonSchema): { suffix: string; schema: JsonSchema } | undefined => {
  if (schema.type === 'object' && schema.properties) return { suffix: '', schema };
  const { items } = schema;
  if (typeof items === 'object' && !Array.isArray(items) && items.properties) return { suffix: '[]', schema: items };
  return undefined;
};

const fieldType = (schema: JsonSchema): TypePart[] => {
  const inline = inlineObject(schema);
  return inline ? [`object${inline.suffix}`] : typeOf(schema);
};

/** @returns nothing for a schema that is no object. */
export const fieldsOf = (schema: JsonSchema): Field[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (typeof field === 'boolean') return [];
    const inline = inlineObject(field);
    return [
      {
        name,
        type: fieldType(field),
        required: schema.required?.includes(name) ?? false,
        meaning: meaningOf(field),
      },
      ...(inline ? fieldsOf(inline.schema) : []).map((inner) => ({
        ...inner,
        name: `${name}${inline?.suffix}.${inner.name}`,
      })),
    ];
  });
