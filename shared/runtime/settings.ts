/** A function's settings: its environment, checked. A value that is missing or wrong stops the function at its start, with its name. */
import * as z from 'zod';
import { tenantName } from '../protocol/identifiers.ts';
import { tenantSettings } from '../protocol/tenant-limits.ts';
import { inOurWords } from '../protocol/wording.ts';

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('is not JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);

const issuer = z.strictObject({
  issuer: z.string().min(1),
  jwksUri: z.url(),
  audience: z.string().min(1),
  /** The one tenant whose users it names … */
  tenant: tenantName.optional(),
  /** … or the claim that says which, and the tenants it may say; any, where none are listed. */
  tenantClaim: z.string().min(1).optional(),
  tenants: z.array(tenantName).optional(),
});
export type TokenIssuer = z.infer<typeof issuer>;

const issuers = z
  .array(issuer)
  .refine(
    (all) => all.every((one) => (one.tenant === undefined) !== (one.tenantClaim === undefined)),
    'needs either tenant or tenantClaim of each issuer',
  )
  .refine((all) => new Set(all.map((one) => one.issuer)).size === all.length, 'names an issuer twice');

const seconds = z.int().min(0).max(900);

const presence = z
  .strictObject({ lifeSeconds: seconds, awayLifeSeconds: seconds, pauseSeconds: seconds })
  .transform(({ lifeSeconds, awayLifeSeconds, pauseSeconds }) => ({
    /** For how long a sign of life counts. */
    lives: { online: lifeSeconds * 1000, away: awayLifeSeconds * 1000 },
    /** For how long nothing changes before what became worse is believed. */
    pauseMs: pauseSeconds * 1000,
  }));
export type PresenceSettings = z.output<typeof presence>;

const webhooks = z
  .strictObject({
    allowLocal: z.boolean(),
    timeoutSeconds: z.number().positive(),
    firstRetrySeconds: z.number().positive(),
  })
  .transform(({ allowLocal, timeoutSeconds, firstRetrySeconds }) => ({
    /** Whether an endpoint may be on this machine or in its network, and speak plain http. */
    allowLocal,
    timeoutMs: timeoutSeconds * 1000,
    firstRetryMs: firstRetrySeconds * 1000,
  }));

const beforeSendHooks = z.record(
  tenantName,
  z.strictObject({ functionArn: z.string().startsWith('arn:'), onFailure: z.enum(['allow', 'refuse']) }),
);

const variables = {
  TABLE_NAME: z.string().min(3),
  BUS_NAME: z.string().min(1),
  /** JSON, which bus-audience.ts reads. */
  HEARD_EVENTS: z.string().min(1),
  CONNECTIONS_URL: z.url(),
  REDELIVERY_QUEUE_URL: z.url(),
  PRESENCE_QUEUE_URL: z.url(),
  PRESENCE_SETTINGS: json(presence),
  ROOM_QUEUE_URL: z.url(),
  INBOX_QUEUE_URL: z.url(),
  USER_QUEUE_URL: z.url(),
  DIGEST_QUEUE_URL: z.url(),
  /** JSON, which notification-settings.ts reads: few functions carry its schema. */
  NOTIFICATION_SETTINGS: z.string().min(1),
  VAPID_SECRET_ARN: z.string().min(1),
  BEFORE_SEND_URL: z.url(),
  BEFORE_SEND_KEY_ARN: z.string().startsWith('arn:'),
  WEBHOOK_SETTINGS: json(webhooks),
  WEBHOOK_KEY_ARN: z.string().startsWith('arn:'),
  WEBHOOK_QUEUE_URL: z.url(),
  WEBHOOK_SLOW_QUEUE_URL: z.url(),
  BEFORE_SEND_HOOKS: json(beforeSendHooks),
  CANARY_KEY_ARN: z.string().startsWith('arn:'),
  CANARY_ISSUER: z.url(),
  CHAT_HTTP_URL: z.url(),
  CHAT_WEBSOCKET_URL: z.url(),
  TENANT_SETTINGS: json(tenantSettings),
  TOKEN_ISSUERS: json(issuers),
};
type Variables = typeof variables;
export type Settings = { readonly [Name in keyof Variables]: z.output<Variables[Name]> };

/** @returns the settings, each checked when it is first asked for: a function has only those that its construct gave it */
export const settingsFrom = (environment: Record<string, string | undefined>): Settings => {
  const checked = new Map<string, unknown>();
  return new Proxy({} as Settings, {
    get: (_, name: string) => {
      if (!checked.has(name)) checked.set(name, check(name, environment[name]));
      return checked.get(name);
    },
  });
};

const check = (name: string, value: string | undefined): unknown => {
  if (value === undefined) throw new Error(`The environment variable ${name} is missing.`);
  const result = variables[name as keyof Variables].safeParse(value, { error: inOurWords });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue && issue.path.length > 0 ? ` (${issue.path.join('.')})` : '';
  throw new Error(`The environment variable ${name} is wrong${where}: ${issue?.message}.`);
};
