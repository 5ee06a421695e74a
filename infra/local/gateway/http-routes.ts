import type { RouteModel } from '../model.ts';

export interface MatchedRoute {
  route: RouteModel;
  pathParameters: Record<string, string> | undefined;
}

interface Pattern {
  route: RouteModel;
  method: string;
  segments: string[];
}

const isGreedy = (segment: string) => /^\{.+\+\}$/.test(segment);
const isVariable = (segment: string) => /^\{.+\}$/.test(segment);

/** The lower, the more specific: a literal segment, a variable, a greedy variable. */
const rank = (segment: string) => (isGreedy(segment) ? 2 : isVariable(segment) ? 1 : 0);

/** By path first, segment by segment; a route of the very method before ANY. */
function bySpecificity(a: Pattern, b: Pattern): number {
  for (let at = 0; at < Math.max(a.segments.length, b.segments.length); at += 1) {
    const difference = rank(a.segments[at] ?? '') - rank(b.segments[at] ?? '');
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

function parametersOf(pattern: Pattern, segments: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, expected] of pattern.segments.entries()) {
    const actual = segments[at];
    if (actual === undefined) return undefined;
    if (isGreedy(expected)) {
      const rest = segments.slice(at).join('/');
      return rest === '' ? undefined : { ...parameters, [expected.slice(1, -2)]: rest };
    }
    if (isVariable(expected)) {
      if (actual === '') return undefined;
      parameters[expected.slice(1, -1)] = actual;
    } else if (expected !== actual) return undefined;
  }
  return segments.length === pattern.segments.length ? parameters : undefined;
}

/**
 * Route selection of HTTP APIs: a full match, then path variables, then greedy ones, then `$default`. Paths match as they
 * are: `/a/` is not `/a`, and HEAD is not GET.
 *
 * @returns finds the route for a method and a decoded path, or undefined
 */
export function compileHttpRoutes(routes: RouteModel[]): (method: string, path: string) => MatchedRoute | undefined {
  const fallback = routes.find(({ key }) => key === '$default');
  const patterns = routes
    .filter((route) => route !== fallback)
    .map((route): Pattern => {
      const [method = '', path = ''] = route.key.split(' ');
      return { route, method, segments: path.split('/') };
    })
    .sort(bySpecificity);

  return (method, path) => {
    const segments = path.split('/');
    for (const pattern of patterns) {
      if (pattern.method !== method && pattern.method !== 'ANY') continue;
      const parameters = parametersOf(pattern, segments);
      if (!parameters) continue;
      return { route: pattern.route, pathParameters: Object.keys(parameters).length > 0 ? parameters : undefined };
    }
    return fallback && { route: fallback, pathParameters: undefined };
  };
}
