/** Opaque cursors: a position and the list that it belongs to, so that one of another list is refused. */
import type * as z from 'zod';
import { Problem } from '../protocol/errors.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export const cursorOf = (scope: string, position: unknown): string =>
  Buffer.from(JSON.stringify([scope, position])).toString('base64url');

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
  if (!Array.isArray(parsed) || parsed[0] !== scope) throw refused;
  const position = schema.safeParse(parsed[1]);
  if (!position.success) throw refused;
  return position.data;
};
