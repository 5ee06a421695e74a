import { isRecord } from './record.ts';

const strings = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

/** IAM's wildcards: `*` is anything, `?` one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/**
 * What an authorizer's policy says of invoking one route: an explicit Deny wins, else an Allow is needed.
 *
 * @returns undefined for what is no policy, or one with conditions, which nothing here evaluates
 */
export function policyAllows(policyDocument: unknown, resourceArn: string): boolean | undefined {
  if (!isRecord(policyDocument)) return undefined;
  const statements = [policyDocument.Statement].flat();
  let allowed = false;
  for (const statement of statements) {
    if (!isRecord(statement) || statement.Condition !== undefined) return undefined;
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') return undefined;
    const applies =
      strings(statement.Action).some((action) => matches(action.toLowerCase(), 'execute-api:invoke')) &&
      strings(statement.Resource).some((resource) => matches(resource, resourceArn));
    if (!applies) continue;
    if (statement.Effect === 'Deny') return false;
    allowed = true;
  }
  return allowed;
}
