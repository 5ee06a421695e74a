/** Opaque cursors: a position and the list that it belongs to, so that one of another list is refused. */
import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { Problem } from '../protocol/errors.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Names a list in a few characters, whatever its owner is called. */
const markOf = (scope: string): string => createHash('sha256').update(scope).digest('base64url').slice(0, 11);

/** @param scope tells this list from every other, of other users and tenants too */
export const cursorOf = (scope: string, position: unknown): string =>
  Buffer.from(JSON.stringify([markOf(scope), position])).toString('base64url');

/** @throws Problem `invalid_request` for anything but a cursor that this very list gave */
export const positionIn = <T>(cursor: string, scope: string, schema: z.ZodType<T>): T => {
  const refused = new Problem('invalid_request', {
    errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw refused;
  }
  if (!Array.isArray(parsed) || parsed[0] !== markOf(scope)) throw refused;
  const position = schema.safeParse(parsed[1]);
  if (!position.success) throw refused;
  return position.data;
};
