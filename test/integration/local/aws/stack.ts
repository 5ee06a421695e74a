/** A DynamoDB engine, a queue engine, functions and the endpoint between them: everything real but bus and sockets. */
import { build } from 'esbuild';
import type { FauxqsServer } from 'fauxqs';
import { startFauxqs } from 'fauxqs';
import type { AwsEndpoint, AwsParts } from '../../../../infra/local/aws/endpoint.ts';
import { startAwsEndpoint } from '../../../../infra/local/aws/endpoint.ts';
import type { Meter } from '../../../../infra/local/aws/meter.ts';
import { createMeter } from '../../../../infra/local/aws/meter.ts';
import { startEngine } from '../../../../infra/local/engine/engine.ts';
import type { Faults } from '../../../../infra/local/faults.ts';
import { createFaults } from '../../../../infra/local/faults.ts';
import type { Pool } from '../../../../infra/local/lambda/pool.ts';
import { createPool } from '../../../../infra/local/lambda/pool.ts';
import type {
  CloudModel,
  FunctionModel,
  KeyModel,
  PolicyStatement,
  SecretModel,
  TableModel,
} from '../../../../infra/local/model.ts';
import { account, region } from '../../../../infra/local/model.ts';
import { type Outbox, openOutbox } from '../../../../infra/local/outbox.ts';
import type { BusEntry } from '../../../../infra/local/ports.ts';
import { openSecrets } from '../../../../infra/local/secrets.ts';
import { countWrites } from '../../../../infra/local/writes.ts';
import { aFunction, codeOf } from '../lambda/functions.ts';

export const table: TableModel = {
  logicalId: 'Table',
  name: 'chat',
  arn: `arn:aws:dynamodb:${region}:${account}:table/chat`,
  streamArn: undefined,
  ttlAttribute: undefined,
  create: {
    TableName: 'chat',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'PK', KeyType: 'HASH' },
      { AttributeName: 'SK', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: ['PK', 'SK', 'GSI1PK', 'GSI1SK'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'GSI1',
        KeySchema: [
          { AttributeName: 'GSI1PK', KeyType: 'HASH' },
          { AttributeName: 'GSI1SK', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
};

export const queueArn = `arn:aws:sqs:${region}:${account}:jobs`;
export const secret: SecretModel = {
  name: 'key',
  arn: `arn:aws:secretsmanager:${region}:${account}:secret:key-abc123`,
  value: 'open sesame',
  generate: undefined,
};
export const key: KeyModel = { id: 'key-1', arn: `arn:aws:kms:${region}:${account}:key/key-1` };
export const busArn = `arn:aws:events:${region}:${account}:event-bus/parley`;

export const allow = (actions: string | string[], resources: string | string[] = '*'): PolicyStatement => ({
  effect: 'Allow',
  actions: [actions].flat(),
  resources: [resources].flat(),
  conditions: {},
});

/**
 * Sends the commands of the event with the real SDK clients and answers what came of each. An event is a list of steps, one
 * after the other; a step is a list of commands, side by side.
 */
const source = `
  import * as dynamodb from '@aws-sdk/client-dynamodb';
  import * as sqs from '@aws-sdk/client-sqs';
  import * as secrets from '@aws-sdk/client-secrets-manager';
  import * as kms from '@aws-sdk/client-kms';
  import * as sns from '@aws-sdk/client-sns';
  import * as ses from '@aws-sdk/client-sesv2';
  import * as events from '@aws-sdk/client-eventbridge';
  import * as sockets from '@aws-sdk/client-apigatewaymanagementapi';

  const clients = {
    dynamodb: [dynamodb, new dynamodb.DynamoDBClient({ maxAttempts: Number(process.env.ATTEMPTS ?? 1) })],
    sqs: [sqs, new sqs.SQSClient({ maxAttempts: 1 })],
    secrets: [secrets, new secrets.SecretsManagerClient({ maxAttempts: 1 })],
    kms: [kms, new kms.KMSClient({ maxAttempts: 1 })],
    sns: [sns, new sns.SNSClient({ maxAttempts: 1 })],
    ses: [ses, new ses.SESv2Client({ maxAttempts: 1 })],
    events: [events, new events.EventBridgeClient({ maxAttempts: 1 })],
    sockets: [sockets, new sockets.ApiGatewayManagementApiClient({ maxAttempts: 1 })],
  };
  const send = async ([service, operation, input]) => {
    const [{ [operation + 'Command']: Command }, client] = clients[service];
    try {
      const { $metadata, ...output } = await client.send(new Command(input));
      return output;
    } catch (error) {
      return { error: error.name, message: error.message, status: error.$metadata?.httpStatusCode };
    }
  };
  export const handler = async ({ steps }) => {
    const answers = [];
    for (const commands of steps) answers.push(...(await Promise.all(commands.map(send))));
    return answers;
  };
`;

let bundled: Promise<string> | undefined;
const bundle = (): Promise<string> => {
  bundled ??= build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  }).then(({ outputFiles: [file] }) => file?.text ?? '');
  return bundled;
};

export type Command = [
  service: 'dynamodb' | 'sqs' | 'events' | 'secrets' | 'kms' | 'ses' | 'sns' | 'sockets',
  operation: string,
  input: object,
];

export interface Stack {
  pool: Pool;
  endpoint: AwsEndpoint;
  meter: Meter;
  faults: Faults;
  queues: FauxqsServer;
  parts: AwsParts;
  busEntries: BusEntry[];
  outbox: Outbox;
  posts: { id: string; body: string }[];
  reports: Record<string, unknown>[];
  /** Makes a function that may do what the statements say, and forgets what was there. */
  grant(statements: PolicyStatement[], settings?: Partial<FunctionModel>): Promise<FunctionModel>;
  /** Runs the commands one after the other in the granted function. @returns what each answered */
  // biome-ignore lint/suspicious/noExplicitAny: answers are whatever the SDK says
  run(...commands: Command[]): Promise<any[]>;
  /** As `run`, in steps of commands side by side. */
  runSteps(steps: Command[][]): ReturnType<Pool['invoke']>;
  stop(): Promise<void>;
}

export const startStack = async (): Promise<Stack> => {
  const [engine, queues, code] = await Promise.all([
    startEngine({ tables: [table], onCrash: (message) => console.error(message) }),
    startFauxqs({ port: 0, logger: false }),
    bundle(),
  ]);
  queues.createQueue('jobs');
  const codeDirectory = codeOf(code);
  const busEntries: BusEntry[] = [];
  const posts: Stack['posts'] = [];
  const reports: Stack['reports'] = [];
  const meter = createMeter();
  const faults = createFaults();
  const report = (line: Record<string, unknown>) => void reports.push(line);
  let current = aFunction('worker', '');
  const outbox = openOutbox(undefined, Date.now);
  const model: CloudModel = {
    functions: [],
    tables: [table],
    queues: [{ logicalId: 'Jobs', name: 'jobs', arn: queueArn, attributes: {} }],
    secrets: [secret],
    keys: [key],
    buses: [],
    rules: [],
    schedules: [],
    eventSources: [],
    httpApis: [],
    webSocketApis: [
      {
        logicalId: 'Api',
        id: 'ws1',
        stage: 'prod',
        routeSelection: '',
        routes: [],
        throttle: { rate: undefined, burst: undefined },
      },
    ],
    unsupported: [],
    outputs: {},
  };
  const pool = createPool({ functions: [], awsEndpoint: () => endpoint.url, report, onLog: () => undefined });
  const parts: AwsParts = {
    writes: countWrites(),
    dynamodbEndpoint: engine.endpoint,
    sqsEndpoint: `http://127.0.0.1:${queues.port}`,
    bus: {
      put: async (entries) => {
        busEntries.push(...entries);
        return entries.map(({ detailType }) =>
          detailType === 'refused'
            ? { errorCode: 'MalformedDetail', errorMessage: 'Detail is malformed.' }
            : { eventId: 'e1' },
        );
      },
    },
    connections: () => ({
      post: async (id, body) => {
        posts.push({ id, body: body.toString() });
        return id === 'gone=' ? 'gone' : id === 'forbidden' ? 'forbidden' : id === 'busy' ? 'limit' : 'sent';
      },
      get: (id) =>
        id === 'gone='
          ? undefined
          : {
              connectedAt: '2026-01-01T00:00:00.000Z',
              lastActiveAt: '2026-01-01T00:00:01.000Z',
              sourceIp: '127.0.0.1',
              userAgent: 'test',
            },
      close: (id) => (id === 'gone=' ? 'gone' : 'closed'),
    }),
    secrets: openSecrets([secret], undefined),
    outbox,
    lambda: pool,
    submit: (arn, event) => void pool.invoke(arn, event),
    callers: pool,
    faults,
    meter,
    model,
    report,
  };
  const endpoint = await startAwsEndpoint(parts);

  const runSteps: Stack['runSteps'] = (steps) => pool.invoke(current.arn, { steps });
  return {
    pool,
    endpoint,
    meter,
    faults,
    queues,
    parts,
    busEntries,
    outbox,
    posts,
    reports,
    async grant(statements, settings = {}) {
      meter.reset();
      faults.clear();
      busEntries.length = 0;
      posts.length = 0;
      current = { ...aFunction('worker', ''), codeDirectory, statements, ...settings };
      parts.model = { ...model, functions: [current] };
      pool.reload([current]);
      return current;
    },
    runSteps,
    async run(...commands) {
      const result = await runSteps(commands.map((command) => [command]));
      if (!result.ok) throw new Error(`${result.type}: ${result.message}`);
      return result.payload as unknown[];
    },
    async stop() {
      await pool.stop();
      await endpoint.stop();
      await Promise.all([queues.stop(), engine.stop()]);
    },
  };
};
