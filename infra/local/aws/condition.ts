/** IAM conditions, as far as DynamoDB's fine-grained access and plain equality need them. */
import { wildcard } from './wildcard.ts';

type Test = (value: string, pattern: string) => boolean;

const equals: Test = (value, pattern) => value === pattern;
const like: Test = (value, pattern) => wildcard(pattern).test(value);
const not =
  (test: Test): Test =>
  (value, pattern) =>
    !test(value, pattern);

const operators: Record<string, { test: Test; negated: boolean }> = {
  StringEquals: { test: equals, negated: false },
  StringNotEquals: { test: not(equals), negated: true },
  StringEqualsIgnoreCase: { test: (value, pattern) => value.toLowerCase() === pattern.toLowerCase(), negated: false },
  StringLike: { test: like, negated: false },
  StringNotLike: { test: not(like), negated: true },
  ArnEquals: { test: like, negated: false },
  ArnLike: { test: like, negated: false },
  ArnNotEquals: { test: not(like), negated: true },
  ArnNotLike: { test: not(like), negated: true },
  Bool: { test: (value, pattern) => value.toLowerCase() === pattern.toLowerCase(), negated: false },
};

/** `ForAllValues:StringLikeIfExists` → its three parts. */
const spelling = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

const holds = (operator: string, values: string[] | undefined, patterns: string[]): boolean | undefined => {
  const [, quantifier, name = '', ifExists] = spelling.exec(operator) ?? [];
  const known = operators[name];
  if (!known) return undefined;
  if (values === undefined || values.length === 0) {
    // IAM: a missing key satisfies ForAllValues, IfExists and negations.
    return quantifier === 'ForAllValues' || (quantifier === undefined && (ifExists !== undefined || known.negated));
  }
  const fits = (value: string) =>
    known.negated
      ? patterns.every((pattern) => known.test(value, pattern))
      : patterns.some((pattern) => known.test(value, pattern));
  return quantifier === 'ForAllValues' ? values.every(fits) : values.some(fits);
};

/** Every operator and every key must hold. */
export const conditionsHold = (
  conditions: Record<string, Record<string, string | string[]>>,
  context: Record<string, string[]>,
  onUnsupported: (condition: string) => void,
): boolean => {
  const byName = new Map(Object.entries(context).map(([key, values]) => [key.toLowerCase(), values]));
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, patterns]) => {
      const answer = holds(operator, byName.get(key.toLowerCase()), [patterns].flat());
      if (answer === undefined) onUnsupported(`${operator} ${key}`);
      return answer ?? false;
    }),
  );
};
