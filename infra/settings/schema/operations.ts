/** How a stage is run: where it is, what it may cost, how it is encrypted and how releases reach it. docs/deploy.md has each of them. */
import * as z from 'zod';

export const region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'must be a region, such as eu-central-1' })
  .nullable();

/** Whose key encrypts what is stored. All of it is encrypted in any case. */
export const encryption = z.enum(['aws-owned', 'aws-managed', 'customer-managed']);

const characters = /^[\p{L}\p{N} _.:/=+@-]*$/u;
export const tags = z.record(
  z.string().min(1).max(128).regex(characters, { error: 'must be letters, digits, spaces and _ . : / = + - @' }),
  z.string().max(256).regex(characters, { error: 'must be letters, digits, spaces and _ . : / = + - @' }),
);

export const budget = z.strictObject({
  /** For all that carries the stage's tag. */
  monthlyUsd: z.number().min(1).max(10_000_000),
  /** Who hears of it at 80 % and 100 %, and when 100 % are forecast. */
  emails: z
    .array(z.email({ error: 'must be an e-mail address' }))
    .min(1)
    .max(10),
});

/** What all messages pass, or all requests. docs/decisions/0023-releases-step-by-step.md says why these. */
const messagePath = [
  'http/authorizer',
  'http/messages/create',
  'websocket/connect',
  'websocket/message-send',
  'websocket/sync',
  'stream/fanout',
  'stream/publisher',
];

export const releases = z.strictObject({
  /** How a new version takes over: for a tenth of what comes in first, with a way back by itself when it fails. */
  steps: z.enum(['at-once', 'canary-5-minutes', 'canary-15-minutes', 'linear-10-minutes']).default('at-once'),
  /** Which functions take steps; all others change at once. */
  functions: z.array(z.string()).default(messagePath),
});
