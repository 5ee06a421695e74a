/**
 * What a stage may decide, in one file of its own: `infra/settings/<stage>.json`, or the file that `-c settings=<file>` names.
 * What a file leaves out has the value below; what it says wrong, or says that nobody reads, fails at synth with its name.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { shortCode } from '../shared/protocol/emoji.ts';
import { tenantName } from '../shared/protocol/identifiers.ts';
import { fieldSentence, inOurWords } from './field-sentence.ts';
import { Mistake } from './mistake.ts';
import { beforeSend } from './settings-before-send.ts';
import { notifications } from './settings-notifications.ts';

const root = resolve(import.meta.dirname, '..');

const throttle = (rate: number, burst: number) =>
  z
    .strictObject({
      /** Requests or frames a second, steady. */
      rate: z.int().min(1).max(10_000).default(rate),
      burst: z.int().min(1).max(10_000).default(burst),
    })
    .prefault({});

/** Up to ten years, which no retention exceeds. */
const window = z.int().min(1).max(5_256_000).nullable();

const tenantLimits = z.strictObject({
  /** Members of a group. */
  groupSize: z.int().min(2).max(100_000),
  /** Messages of one user, in all conversations together. */
  messagesPerMinute: z.int().min(1).max(6_000),
  /** Days after which a message is removed. */
  retentionDays: z.int().min(1).max(3_650),
  /** Up to so many live connections, the sending function posts to them itself. */
  fastLaneConnections: z.int().min(0).max(100),
  /** A conversation of more members is a large room: only connections that subscribe hear live what happens in it. */
  largeRoomAbove: z.int().min(2).max(100_000),
  /** Members of a large room for each shard of its subscriptions, which one worker posts to. */
  shardSize: z.int().min(1).max(10_000),
  /** Short codes that one may react with, such as `:party_parrot:`, beside the emoji of Unicode. */
  reactions: z.array(shortCode).max(200),
  /** Minutes for which a sender may edit a message; null for ever. */
  editWindowMinutes: window,
  /** Minutes for which a sender may delete a message for everybody; null for ever. Those who moderate always may. */
  deleteWindowMinutes: window,
});

const origin = z.string().refine((value) => value === '*' || URL.parse(value)?.origin === value, {
  error: 'must be * or an origin such as https://chat.example.com, without a path',
});

const url = z.string().refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), {
  error: 'must be an http(s) address',
});

const tokenIssuer = z
  .strictObject({
    /** Exactly what the tokens' `iss` says. */
    issuer: url,
    jwksUri: url,
    audience: z.string().min(1),
    /** Every token of this issuer belongs to this tenant … */
    tenant: tenantName.optional(),
    /** … or the claim of this name says to which, */
    tenantClaim: z.string().min(1).optional(),
    /** if it is one of these. */
    tenants: z.array(tenantName).min(1).optional(),
  })
  .refine(({ tenant, tenantClaim }) => (tenant === undefined) !== (tenantClaim === undefined), {
    error: 'must have either tenant or tenantClaim',
  })
  .refine(({ tenantClaim, tenants }) => tenants === undefined || tenantClaim !== undefined, {
    error: 'may have tenants only beside tenantClaim',
  });

/** SQS holds no message back for longer than 900 seconds, and whoever may have vanished is looked after by such a message. */
const presence = z.strictObject({
  /** How long after its last heartbeat somebody counts as online. */
  lifeSeconds: z.int().min(10).max(900).default(30),
  /** And as away: heartbeats are minutes apart then. */
  awayLifeSeconds: z.int().min(60).max(900).default(600),
  /** Who goes and is back sooner has not been away for anybody. */
  pauseSeconds: z.int().min(0).max(60).default(5),
});

const webhooks = z.strictObject({
  /** Lets endpoints be on this machine and in its network, and speak plain http. For the stage local alone. */
  allowLocal: z.boolean().default(false),
  /** How long an endpoint may take to answer. */
  timeoutSeconds: z.int().min(1).max(10).default(10),
  /** From a first attempt that failed to the second; the pauses after it grow from there. */
  firstRetrySeconds: z.int().min(1).max(300).default(5),
  /** Deliveries under way at once, to all endpoints together. */
  concurrency: z
    .strictObject({
      usual: z.int().min(2).max(1_000).default(100),
      /** To endpoints that failed or were slow lately. */
      slow: z.int().min(2).max(1_000).default(50),
    })
    .prefault({}),
});

const logRetentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653] as const;

const fileContent = z.strictObject({
  tokenIssuers: z.array(tokenIssuer).default([]),
  /** Web pages of these origins may call the HTTP API. */
  corsOrigins: z.array(origin).default([]),
  limits: z
    .strictObject({
      default: z
        .strictObject({
          groupSize: tenantLimits.shape.groupSize.default(256),
          messagesPerMinute: tenantLimits.shape.messagesPerMinute.default(30),
          retentionDays: tenantLimits.shape.retentionDays.default(90),
          fastLaneConnections: tenantLimits.shape.fastLaneConnections.default(10),
          largeRoomAbove: tenantLimits.shape.largeRoomAbove.default(256),
          shardSize: tenantLimits.shape.shardSize.default(1_000),
          reactions: tenantLimits.shape.reactions.default([]),
          editWindowMinutes: tenantLimits.shape.editWindowMinutes.default(null),
          deleteWindowMinutes: tenantLimits.shape.deleteWindowMinutes.default(null),
        })
        .prefault({}),
      /** What one tenant has otherwise. */
      tenants: z.record(tenantName, tenantLimits.partial()).default({}),
    })
    .prefault({}),
  presence: presence.prefault({}),
  notifications: notifications.prefault({}),
  webhooks: webhooks.prefault({}),
  beforeSend: beforeSend.prefault({}),
  throttle: z.strictObject({ http: throttle(1_000, 2_000), webSocket: throttle(2_000, 4_000) }).prefault({}),
  /** Days for which the bus remembers what it was told, content included, so that it can be replayed. */
  eventArchiveDays: z.int().min(1).max(3_650).default(14),
  /** An SNS topic that hears of every alarm and of its end; null: the alarms are seen in CloudWatch alone. */
  alarmTopicArn: z
    .string()
    .regex(/^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]+$/, 'must be the ARN of an SNS topic')
    .nullable()
    .default(null),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  logRetentionDays: z.literal(logRetentionDays).default(30),
  /** Protects the table from deletion, and keeps it and the logs when the stacks go. */
  retainData: z.boolean().optional(),
  /** Function, such as `stream/fanout` → instances that are kept for it, and that it never exceeds. */
  reservedConcurrency: z.record(z.string(), z.int().min(1).max(1_000)).default({}),
});

export type Settings = z.output<typeof fileContent> & { stage: string; retainData: boolean };

/** The stage that runs on one machine: it may begin without token issuers, and its issuers may speak plain http. */
export const localStage = 'local';

/** The stage that is deployed to an AWS-compatible endpoint on this machine. */
export const endpointStage = 'endpoint';

/** Whether a stage stays on one machine, where plain http will do. */
export const runsHere = (stage: string): boolean => stage === localStage || stage === endpointStage;

/**
 * @param file overrides the stage's own file; relative to the working directory
 * @throws Mistake one line for each wrong value
 */
export const readSettings = (stage: unknown, file?: unknown): Settings => {
  if (typeof stage !== 'string' || !/^[a-z][a-z0-9-]{0,19}$/.test(stage)) {
    throw new Mistake(
      `stage is ${JSON.stringify(stage)}: it must be a lower-case name of up to 20 letters, digits and hyphens.`,
    );
  }
  const named = file === undefined ? `infra/settings/${stage}.json` : String(file);
  return settingsOf(stage, readJson(stage, file === undefined ? resolve(root, named) : resolve(named), named), named);
};

/** @param named what the report calls the source of `content` */
export const settingsOf = (stage: string, content: unknown, named: string): Settings => {
  const read = fileContent.safeParse(content, { error: inOurWords });
  if (!read.success) {
    throw new Mistake(read.error.issues.map((issue) => `${named}: ${fieldSentence(issue, 'the file')}`).join('\n'));
  }
  const settings = { ...read.data, stage, retainData: read.data.retainData ?? stage === 'prod' };
  const complaints = complaintsAbout(settings);
  if (complaints.length > 0) throw new Mistake(complaints.map((complaint) => `${named}: ${complaint}`).join('\n'));
  return settings;
};

const complaintsAbout = ({ stage, tokenIssuers, limits, notifications, webhooks, beforeSend }: Settings): string[] => {
  const complaints: string[] = [];
  if (stage !== localStage && tokenIssuers.length === 0) complaints.push('tokenIssuers is empty: nobody could log in.');
  if (!runsHere(stage)) {
    tokenIssuers.forEach(({ issuer, jwksUri }, i) => {
      if (!issuer.startsWith('https:') || !jwksUri.startsWith('https:')) {
        complaints.push(`tokenIssuers[${i}] must use https: its keys decide who is who.`);
      }
    });
    if (webhooks.allowLocal)
      complaints.push('webhooks.allowLocal is for the stage local: elsewhere it opens the network that functions see.');
    for (const [tenant, { url }] of Object.entries(beforeSend.tenants)) {
      if (url?.startsWith('http:'))
        complaints.push(`beforeSend.tenants.${tenant}.url must use https: it is sent what people say.`);
    }
  }
  tokenIssuers.forEach(({ issuer }, i) => {
    if (tokenIssuers.findIndex((one) => one.issuer === issuer) < i) {
      complaints.push(`tokenIssuers[${i}].issuer is named twice: a token could be either's.`);
    }
  });
  tokenIssuers.forEach(({ tenantClaim, tenants }, i) => {
    if (tokenIssuers.length > 1 && tenantClaim !== undefined && tenants === undefined) {
      complaints.push(
        `tokenIssuers[${i}].tenants is missing: beside another issuer, each may speak for its own tenants only.`,
      );
    }
  });
  const environmentLimit = 3_000;
  const hookCharacters = 150;
  if (JSON.stringify(limits).length > environmentLimit) {
    complaints.push(`limits.tenants is too long: a function's environment holds ${environmentLimit} characters of it.`);
  }
  // The functions that send know both.
  if (
    JSON.stringify(limits).length + Object.keys(beforeSend.tenants).length * hookCharacters >
    environmentLimit + 400
  ) {
    complaints.push('limits.tenants and beforeSend.tenants are too long together for the environment of a function.');
  }
  if (JSON.stringify(notifications).length > environmentLimit) {
    complaints.push(`notifications is too long: a function's environment holds ${environmentLimit} characters of it.`);
  }
  if (JSON.stringify(tokenIssuers).length > environmentLimit) {
    complaints.push(`tokenIssuers is too long: a function's environment holds ${environmentLimit} characters of it.`);
  }
  return complaints;
};

const readJson = (stage: string, path: string, named: string): unknown => {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    throw new Mistake(
      `${named} is missing: it holds the settings of the stage ${stage}; begin with a copy of infra/settings/dev.json.`,
    );
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Mistake(`${named} is not JSON: ${(error as Error).message}.`);
  }
};
