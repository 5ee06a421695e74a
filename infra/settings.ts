/**
 * What a stage may decide, in one file of its own: `infra/settings/<stage>.json`, or the file that `-c settings=<file>` names.
 * What a file leaves out has the value below; what it says wrong, or says that nobody reads, fails at synth with its name.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { publicEventTypes } from '../shared/protocol/domain-events.ts';
import { fieldSentence, inOurWords } from './field-sentence.ts';
import { Mistake } from './mistake.ts';
import { beforeSend } from './settings/schema/before-send.ts';
import { complaintsAbout } from './settings/schema/complaints.ts';
import { edge } from './settings/schema/edge.ts';
import { tokenIssuer } from './settings/schema/issuers.ts';
import { limits } from './settings/schema/limits.ts';
import { notifications } from './settings/schema/notifications.ts';
import { observability, withCanary } from './settings/schema/observability.ts';
import { budget, encryption, region, releases, tags } from './settings/schema/operations.ts';

const root = resolve(import.meta.dirname, '..');

const throttle = (rate: number, burst: number) =>
  z
    .strictObject({
      /** Requests or frames a second, steady. */
      rate: z.int().min(1).max(10_000).default(rate),
      burst: z.int().min(1).max(10_000).default(burst),
    })
    .prefault({});

const origin = z.string().refine((value) => value === '*' || URL.parse(value)?.origin === value, {
  error: 'must be * or an origin such as https://chat.example.com, without a path',
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

const events = z.strictObject({
  /**
   * What the host's own rules on the bus hear: everything, or these types. What nobody hears is not told: each event costs as much as a
   * frame. Webhooks, and Parley's own workers, hear what they need in any case.
   */
  host: z.union([z.literal('everything'), z.array(z.enum(publicEventTypes))]).default([]),
});

const logRetentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653] as const;

const fileContent = z.strictObject({
  tokenIssuers: z.array(tokenIssuer).default([]),
  /** Web pages of these origins may call the HTTP API. */
  corsOrigins: z.array(origin).default([]),
  limits: limits.prefault({}),
  presence: presence.prefault({}),
  notifications: notifications.prefault({}),
  webhooks: webhooks.prefault({}),
  beforeSend: beforeSend.prefault({}),
  events: events.prefault({}),
  observability: observability.prefault({}),
  throttle: z
    .strictObject({
      http: throttle(1_000, 2_000),
      webSocket: throttle(2_000, 4_000),
      /** What one command has otherwise than all others, such as `typing.start`. */
      commands: z.record(z.string(), throttle(2_000, 4_000)).default({}),
    })
    .prefault({}),
  /** Where the stacks are; null: where the AWS profile of whoever deploys says. */
  region: region.default(null),
  /** One domain for the web client and both APIs, behind a firewall; null: the APIs' own addresses. */
  edge: edge.nullable().default(null),
  encryption: encryption.default('aws-owned'),
  /** On everything that can have some, beside `app` and `stage`. */
  tags: tags.default({}),
  /** null: nobody is told. */
  budget: budget.nullable().default(null),
  releases: releases.prefault({}),
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
  /** A line for each HTTP request, those included that no function sees. */
  accessLogs: z.boolean().default(true),
  /** Protects the table from deletion, and keeps it, secrets, archive and logs when the stacks go. */
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
  const settings = withCanary({ ...read.data, stage, retainData: read.data.retainData ?? stage === 'prod' });
  const complaints = complaintsAbout(settings, { here: runsHere(stage), local: stage === localStage });
  if (complaints.length > 0) throw new Mistake(complaints.map((complaint) => `${named}: ${complaint}`).join('\n'));
  return settings;
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
