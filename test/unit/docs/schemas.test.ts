import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fieldsOf } from '../../../docs/generate/fields.ts';
import { type JsonSchema, schemaBook } from '../../../docs/generate/schemas.ts';

const leaf = z.strictObject({ open: z.boolean().default(false) }).meta({ id: 'TestLeaf' });
const branch = z.object({ leaf }).meta({ id: 'TestBranch' });
const plain = z.strictObject({ name: z.string() }).meta({ id: 'TestPlain' });

describe('the schema book', () => {
  it('names a schema once where both directions agree', () => {
    const book = schemaBook({ input: [plain], output: [plain] });
    expect(Object.keys(book.components)).toEqual(['TestPlain']);
    expect(book.of(plain, 'input')).toEqual(book.of(plain, 'output'));
  });

  it('gives what is sent a variant of its own where a default makes it differ, and all that refers to it', () => {
    const book = schemaBook({ input: [branch], output: [branch] });
    expect(Object.keys(book.components)).toEqual(['TestBranch', 'TestBranchInput', 'TestLeaf', 'TestLeafInput']);
    expect(book.of(branch, 'input')).toEqual({ $ref: '#/components/schemas/TestBranchInput' });
    expect(book.components.TestBranchInput).toMatchObject({
      properties: { leaf: { $ref: '#/components/schemas/TestLeafInput' } },
    });
    expect(book.components.TestLeaf?.required).toEqual(['open']);
    expect(book.components.TestLeafInput?.required).toBeUndefined();
  });

  it('lets answers gain fields, and keeps requests strict', () => {
    const book = schemaBook({ input: [plain], output: [branch] });
    expect(book.components.TestBranch).not.toHaveProperty('additionalProperties');
    expect(book.components.TestPlain).toHaveProperty('additionalProperties', false);
  });

  it('puts nothing beside a reference where the dialect would ignore it', () => {
    const schema = z.object({ leaf: leaf.default({ open: true }) });
    const { properties } = schemaBook({ input: [schema], output: [] }, 'draft-7').of(schema, 'input');
    expect(properties?.leaf).toEqual({
      allOf: [{ $ref: '#/components/schemas/TestLeaf' }],
      default: { open: true },
    });
  });
});

describe('fields', () => {
  const rows = (schema: z.ZodType) => fieldsOf(schemaBook({ input: [schema], output: [] }).of(schema, 'input'));

  it('tell type, need, limits and default', () => {
    const limit = z.number().int().min(1).max(100).default(50).meta({ description: 'How many' });
    expect(rows(z.object({ limit, kinds: z.array(z.enum(['a', 'b'])).max(3) }))).toEqual([
      { name: 'limit', type: ['integer'], required: false, meaning: 'How many. 1 to 100. Default: `50`' },
      { name: 'kinds', type: ['(', '"a"', ' | ', '"b"', ')[]'], required: true, meaning: 'At most 3 of them.' },
    ]);
  });

  it('of an inline object follow it under dotted names', () => {
    const names = rows(z.object({ events: z.array(z.object({ event: z.string() })), leaf })).map(({ name }) => name);
    expect(names).toEqual(['events', 'events[].event', 'leaf']);
  });

  it('name types that have a name', () => {
    expect(rows(z.object({ leaf: leaf.nullable() }))[0]?.type).toEqual([{ named: 'TestLeaf' }, ' | ', 'null']);
  });

  it('are none where the schema is no object', () => {
    expect(fieldsOf({ type: 'string' } satisfies JsonSchema)).toEqual([]);
  });
});
