import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { createEvents, type Events, type EventsOptions } from '../../../../infra/local/events/events.ts';
import {
  account,
  type CloudModel,
  type EventSourceModel,
  type FunctionModel,
  type QueueModel,
  region,
  type TableModel,
  type TargetModel,
} from '../../../../infra/local/model.ts';
import type { InvocationResult } from '../../../../infra/local/ports.ts';
import type { Engines } from './engines.ts';

let count = 0;
/** A name that no other test of the file uses. */
export const unique = (name: string) => {
  count += 1;
  return `${name}-${count}`;
};

export const functionArn = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;
export const queueArn = (name: string) => `arn:aws:sqs:${region}:${account}:${name}`;

export function aFunction(name: string, more: Partial<FunctionModel> = {}): FunctionModel {
  return {
    logicalId: name,
    name,
    arn: functionArn(name),
    codeDirectory: '/nowhere',
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 3,
    memoryMb: 128,
    reservedConcurrency: undefined,
    statements: [],
    invokers: [],
    ...more,
  };
}

export const aQueue = (name: string, attributes: Record<string, string> = {}): QueueModel => ({
  logicalId: name,
  name,
  arn: queueArn(name),
  attributes,
});

export function aMapping(sourceArn: string, more: Partial<EventSourceModel> = {}): EventSourceModel {
  return {
    logicalId: unique('Mapping'),
    functionArn: functionArn('reader'),
    sourceArn,
    batchSize: 100,
    batchWindowSeconds: 0,
    filters: [],
    bisectOnError: false,
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    parallelizationFactor: 1,
    partialBatchResponses: false,
    maximumConcurrency: undefined,
    onFailureArn: undefined,
    startingPosition: 'LATEST',
    enabled: true,
    ...more,
  };
}

export const aTarget = (arn: string, more: Partial<TargetModel> = {}): TargetModel => ({
  arn,
  input: undefined,
  inputPath: undefined,
  inputTransformer: undefined,
  deadLetterArn: undefined,
  maximumRetryAttempts: 2,
  ...more,
});

/** Makes a table in the engine, by a name of its own. */
export async function aTable({ dynamodb }: Engines, ttlAttribute?: string): Promise<TableModel> {
  const name = unique('Table');
  const create = {
    TableName: name,
    KeySchema: [
      { AttributeName: 'PK', KeyType: 'HASH' },
      { AttributeName: 'SK', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'PK', AttributeType: 'S' },
      { AttributeName: 'SK', AttributeType: 'S' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  };
  await dynamodb('CreateTable', create);
  const arn = `arn:aws:dynamodb:${region}:${account}:table/${name}`;
  return { logicalId: name, name, arn, streamArn: `${arn}/stream/2027-01-01T00:00:00.000`, create, ttlAttribute };
}

export const put = (engines: Engines, table: TableModel, pk: string, sk: string, more: object = {}) =>
  engines.dynamodb('PutItem', { TableName: table.name, Item: { PK: { S: pk }, SK: { S: sk }, ...more } });

export interface Invocation<E> {
  functionArn: string;
  event: E;
}

/** What a function does with its nth event; what it throws is its error, of the error's name. */
export type Handler<E> = (event: E, nth: number, functionArn: string) => unknown;

export interface Cloud<E> extends Events {
  invocations: Invocation<E>[];
  reports: Record<string, unknown>[];
}

const nothing: CloudModel = {
  functions: [],
  tables: [],
  queues: [],
  secrets: [],
  keys: [],
  buses: [],
  rules: [],
  schedules: [],
  eventSources: [],
  httpApis: [],
  webSocketApis: [],
  unsupported: [],
  outputs: {},
};

/** Events of a model with one scripted body for all its functions; stopped when the test ends. */
export async function aCloud<E>(
  engines: Engines,
  model: Partial<CloudModel>,
  handler: Handler<E> = () => undefined,
  options: Partial<EventsOptions> = {},
): Promise<Cloud<E>> {
  const invocations: Invocation<E>[] = [];
  const reports: Record<string, unknown>[] = [];
  const invoke = async (arn: string, event: unknown): Promise<InvocationResult> => {
    const nth = invocations.push({ functionArn: arn, event: event as E });
    const requestId = `request-${nth}`;
    try {
      return { ok: true, requestId, payload: await handler(event as E, nth, arn) };
    } catch (error) {
      const { name, message } = error as Error;
      return { ok: false, requestId, type: name, message };
    }
  };
  const events = createEvents({
    model: { ...nothing, functions: [aFunction('reader')], ...model },
    dynamodbEndpoint: engines.dynamodbEndpoint,
    sqsEndpoint: engines.sqsEndpoint,
    messagesIn: (queue) => messagesIn(engines, queue).length,
    invoker: { invoke },
    faults: { forCall: () => undefined, forBatch: () => ({ duplicate: false, delayMs: 0 }), dropsSocket: () => false },
    report: (line) => reports.push(line),
    pollMs: 5,
    streamBackoff: () => 1,
    asyncBackoff: () => 1,
    ...options,
  });
  onTestFinished(() => events.stop());
  await events.start();
  return { ...events, invocations, reports };
}

export interface StreamEvent {
  Records: (DynamoDBRecord & { dynamodb: { SequenceNumber: string } })[];
}
export interface QueueEvent {
  Records: SQSRecord[];
}

/** The sort keys of the items that the records are about. */
export const sortKeys = ({ Records }: StreamEvent) => Records.map(({ dynamodb }) => dynamodb.Keys?.SK?.S);
export const bodies = ({ Records }: QueueEvent) => Records.map(({ body }) => body);

export function fail(name = 'Error'): never {
  throw Object.assign(new Error('as scripted'), { name });
}

/** Messages that are in a queue, whether ready or in flight. */
export function messagesIn({ sqs }: Engines, queue: string) {
  const messages = sqs.inspectQueue(queue)?.messages;
  return [...(messages?.ready ?? []), ...(messages?.inflight ?? []).map(({ message }) => message)];
}
