import { BlockList, isIP } from 'node:net';
import { isArray, isObject, type JsonObject } from './json.ts';

/** Event source mappings know neither `wildcard` nor `cidr`. */
export type Dialect = 'rule' | 'filter';

type Test = (leaf: unknown) => boolean;
/** Says whether the leaves found at a field, none for an absent one, satisfy it. */
export type LeafTest = (leaves: unknown[]) => boolean;

/** @param expected the array a pattern has at `field`: any of its entries may match. */
export function leafTest(expected: unknown[], field: string, dialect: Dialect): LeafTest {
  if (expected.length === 0) throw new Error(`Event pattern: "${field}" is an empty array`);
  const tests = expected.map((each) => operatorOf(each, field, dialect));
  return (leaves) => tests.some((test) => test(leaves));
}

function operatorOf(expected: unknown, field: string, dialect: Dialect): LeafTest {
  if (!isObject(expected)) return anyLeaf(equals(scalar(expected, field)));
  const [[name, operand] = ['', undefined], ...more] = Object.entries(expected);
  if (more.length > 0) throw new Error(`Event pattern: "${field}" has more than one operator in one object`);
  if (name === 'exists') {
    if (typeof operand !== 'boolean') throw new Error(`Event pattern: "exists" of "${field}" takes true or false`);
    return (leaves) => leaves.length > 0 === operand;
  }
  return anyLeaf(valueTest(name, operand, field, dialect));
}

const anyLeaf =
  (test: Test): LeafTest =>
  (leaves) =>
    leaves.some(test);

function valueTest(name: string, operand: unknown, field: string, dialect: Dialect): Test {
  switch (name) {
    case 'prefix':
      return affix(operand, field, (leaf, part) => leaf.startsWith(part));
    case 'suffix':
      return affix(operand, field, (leaf, part) => leaf.endsWith(part));
    case 'equals-ignore-case': {
      const wanted = text(operand, name, field).toLowerCase();
      return (leaf) => typeof leaf === 'string' && leaf.toLowerCase() === wanted;
    }
    case 'numeric':
      return numeric(operand, field);
    case 'anything-but':
      return anythingBut(operand, field, dialect);
    case 'wildcard':
      if (dialect === 'rule') return wildcard(text(operand, name, field));
      break;
    case 'cidr':
      if (dialect === 'rule') return cidr(text(operand, name, field), field);
  }
  throw new Error(`Event pattern: unknown operator "${name}" at "${field}"`);
}

function scalar(value: unknown, field: string): unknown {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
  throw new Error(`Event pattern: "${field}" has a value that is neither a scalar nor an operator`);
}

function text(operand: unknown, operator: string, field: string): string {
  if (typeof operand === 'string') return operand;
  throw new Error(`Event pattern: "${operator}" of "${field}" takes a string`);
}

const equals =
  (wanted: unknown): Test =>
  (leaf) =>
    leaf === wanted;

function affix(operand: unknown, field: string, holds: (leaf: string, part: string) => boolean): Test {
  if (isObject(operand)) {
    const part = text(operand['equals-ignore-case'], 'equals-ignore-case', field).toLowerCase();
    return (leaf) => typeof leaf === 'string' && holds(leaf.toLowerCase(), part);
  }
  const part = text(operand, 'prefix or suffix', field);
  return (leaf) => typeof leaf === 'string' && holds(leaf, part);
}

const comparisons: Record<string, (leaf: number, bound: number) => boolean> = {
  '=': (leaf, bound) => leaf === bound,
  '<': (leaf, bound) => leaf < bound,
  '<=': (leaf, bound) => leaf <= bound,
  '>': (leaf, bound) => leaf > bound,
  '>=': (leaf, bound) => leaf >= bound,
};

function numeric(operand: unknown, field: string): Test {
  const wrong = () =>
    new Error(`Event pattern: "numeric" of "${field}" takes one or two pairs of comparison and number`);
  if (!isArray(operand) || (operand.length !== 2 && operand.length !== 4)) throw wrong();
  const bounds = [operand.slice(0, 2), operand.slice(2)].filter((pair) => pair.length > 0);
  const tests = bounds.map(([sign, bound]) => {
    const compare = comparisons[String(sign)];
    if (!compare || typeof bound !== 'number') throw wrong();
    return (leaf: number) => compare(leaf, bound);
  });
  return (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
}

function anythingBut(operand: unknown, field: string, dialect: Dialect): Test {
  if (isObject(operand)) return none(exceptions(operand, field, dialect));
  const values = isArray(operand) ? operand : [operand];
  return none(values.map((value) => equals(scalar(value, field))));
}

function exceptions(operand: JsonObject, field: string, dialect: Dialect): Test[] {
  const [[name, operands] = ['', undefined], ...more] = Object.entries(operand);
  if (more.length > 0 || !['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name)) {
    throw new Error(
      `Event pattern: unknown operator "${Object.keys(operand).join(', ')}" in "anything-but" of "${field}"`,
    );
  }
  return (isArray(operands) ? operands : [operands]).map((each) => valueTest(name, each, field, dialect));
}

const none =
  (tests: Test[]): Test =>
  (leaf) =>
    !tests.some((test) => test(leaf));

/** `*` stands for any run of characters; `\*` and `\\` for themselves. */
function wildcard(pattern: string): Test {
  const source = pattern.replace(/\\([*\\])|(\*)|[.+?^${}()|[\]\\]/g, (found, escaped?: string, star?: string) =>
    star ? '.*' : `\\${escaped ?? found}`,
  );
  const expression = new RegExp(`^${source}$`, 's');
  return (leaf) => typeof leaf === 'string' && expression.test(leaf);
}

function cidr(range: string, field: string): Test {
  const [address = '', bits = ''] = range.split('/');
  const version = isIP(address);
  if (version === 0 || !/^\d+$/.test(bits)) throw new Error(`Event pattern: "cidr" of "${field}" takes a range`);
  const list = new BlockList();
  list.addSubnet(address, Number(bits), version === 6 ? 'ipv6' : 'ipv4');
  return (leaf) => typeof leaf === 'string' && isIP(leaf) !== 0 && list.check(leaf, isIP(leaf) === 6 ? 'ipv6' : 'ipv4');
}
