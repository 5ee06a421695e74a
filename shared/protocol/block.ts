import * as z from 'zod';
import { userId } from './identifiers.ts';

/** Somebody whom the asker has blocked. */
export const block = z.object({ userId }).meta({ id: 'Block', description: 'Somebody whom you have blocked.' });
export type Block = z.infer<typeof block>;
