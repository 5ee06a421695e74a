import type { RouteModel, WebSocketApiModel } from '../model.ts';
import { isRecord } from './record.ts';

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * Route selection of WebSocket APIs by a property of the message. What is no JSON, lacks the property or names no route
 * goes to `$default`; no message reaches `$connect` or `$disconnect`.
 *
 * @throws for a selection expression other than `$request.body.<property>`
 * @returns finds the route for a message; undefined where there is no `$default` either
 */
export function compileWebSocketRoutes({
  routes,
  routeSelection,
}: Pick<WebSocketApiModel, 'routes' | 'routeSelection'>): (body: string) => RouteModel | undefined {
  const [, path] = /^\$\{?request\.body\.([\w.-]+)\}?$/.exec(routeSelection) ?? [];
  if (path === undefined) throw new Error(`route selection expression ${routeSelection} is not supported`);
  const properties = path.split('.');
  const byKey = new Map(routes.filter(({ key }) => !key.startsWith('$')).map((route) => [route.key, route]));
  const fallback = routes.find(({ key }) => key === '$default');

  return (body) => {
    let value = parsed(body);
    for (const property of properties) {
      value = isRecord(value) && Object.hasOwn(value, property) ? value[property] : undefined;
    }
    const key = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    return (typeof key === 'string' ? byKey.get(key) : undefined) ?? fallback;
  };
}
