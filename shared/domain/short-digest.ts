import { createHash } from 'node:crypto';

/** The first characters of a digest, six bits each: for what stands beside few others, where a whole id would take too much room. */
export const shortDigest = (text: string, characters: number): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, characters);
