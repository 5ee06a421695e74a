/**
 * One address that stands in for AWS' regional endpoints. Every call of every function passes here: it is told whose it is by
 * its access key, checked against the function's role, counted, and may meet an injected fault. Calls signed with a key that
 * no instance ever held (the developer's CLI, a test) are the account's owner: allowed everything and not counted.
 */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { temporaryKeyPrefix } from '../lambda/environment.ts';
import { depthHeader } from '../lambda/messages.ts';
import type { CloudModel } from '../model.ts';
import type { Outbox } from '../outbox.ts';
import type {
  BusPort,
  CallerDirectory,
  CallerIdentity,
  ConnectionsPort,
  FaultPort,
  Invoker,
  Report,
} from '../ports.ts';
import type { SecretValues } from '../secrets.ts';
import type { Writes } from '../writes.ts';
import { createConnections } from './connections.ts';
import { createDynamoDb } from './dynamodb.ts';
import { createEventBridge } from './event-bridge.ts';
import { createForwarder } from './forward.ts';
import { createKms } from './kms.ts';
import { createLambda } from './lambda-invoke.ts';
import { createMeetings } from './meetings.ts';
import type { Meter } from './meter.ts';
import type { FunctionPermissions, Permissions } from './permissions.ts';
import { createPermissions } from './permissions.ts';
import { createSecretsManager } from './secrets-manager.ts';
import type { Answer, AwsCall, AwsRequest, Service } from './service.ts';
import { AwsError, restError } from './service.ts';
import { createSes } from './ses.ts';
import { serviceMeant, signatureOf } from './signature.ts';
import { createSns } from './sns.ts';
import { createSqs } from './sqs.ts';

/** Read at every call: parts that start later, or change on reload, may be set afterwards. */
export interface AwsParts {
  dynamodbEndpoint: string;
  sqsEndpoint: string;
  bus: BusPort;
  /** Both undefined where the caller's URL does not say. */
  connections(apiId?: string, stage?: string): ConnectionsPort | undefined;
  writes: Writes;
  lambda: Invoker;
  /** Takes an event whose sender does not wait for the answer, and retries it as Lambda does. */
  submit(functionArn: string, event: unknown): void;
  secrets: SecretValues;
  /** Where pushes and e-mails end. */
  outbox: Outbox;
  callers: CallerDirectory;
  faults: FaultPort;
  meter: Meter;
  model: CloudModel;
  report: Report;
}

export interface AwsEndpoint {
  /** `http://127.0.0.1:port`, without a slash. */
  url: string;
  permissions: Permissions;
  permissionsReport(): FunctionPermissions[];
  stop(): Promise<void>;
}

export const startAwsEndpoint = async (parts: AwsParts, port = 0): Promise<AwsEndpoint> => {
  const permissions = createPermissions({ report: (line) => parts.report(line) });
  const dynamodb = createForwarder(() => parts.dynamodbEndpoint, 'dynamodb');
  const sqs = createForwarder(() => parts.sqsEndpoint, 'sqs');
  const model = () => parts.model;
  const meet = createMeetings();
  let url = '';
  const services: Record<string, Service> = {
    dynamodb: createDynamoDb(dynamodb, model, () => parts.writes.add()),
    sqs: createSqs(sqs, model, () => url),
    events: createEventBridge(() => parts.bus),
    'execute-api': createConnections((apiId, stage) => parts.connections(apiId, stage), model),
    kms: createKms(model),
    secretsmanager: createSecretsManager(() => parts.secrets, model),
    sns: createSns(() => parts.outbox),
    ses: createSes(() => parts.outbox),
    lambda: createLambda(
      () => parts.lambda,
      (arn, event) => parts.submit(arn, event),
      model,
    ),
  };

  /** @returns undefined for a call that is never answered */
  const callOf = async (
    call: AwsCall,
    service: Service,
    caller: CallerIdentity,
    accessKeyId: string,
  ): Promise<Answer | undefined> => {
    const refused = permissions.refusal(caller.function, call.needs);
    if (refused) throw service.denied(refused.need, refused.message);
    const fault = parts.faults.forCall(caller.function.name, call.action);
    switch (fault?.kind) {
      case 'throttle':
        throw service.throttled();
      case 'error':
        throw service.failed();
      case 'timeout':
        return undefined;
      case 'crash-before':
        parts.callers.crash(accessKeyId);
        return undefined;
      case 'crash-after':
        await call.run();
        parts.callers.crash(accessKeyId);
        return undefined;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        return call.run();
      case 'meeting':
        await meet(fault);
        return call.run();
      default:
        return call.run();
    }
  };

  const answerOrSpell = async (
    service: Service,
    work: () => Promise<Answer | undefined>,
  ): Promise<Answer | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AwsError) return service.spell(error);
      parts.report({ level: 'error', message: 'an AWS call could not be answered', error: String(error) });
      return service.spell(service.failed());
    }
  };

  const handle = async (request: AwsRequest): Promise<Answer | undefined> => {
    const startedAt = performance.now();
    const signature = signatureOf(request);
    const name = signature?.service ?? serviceMeant(request);
    const service = services[name];
    if (!service) return notRun(name);
    if (!signature) return service.spell(service.unauthenticated());
    const { accessKeyId } = signature;
    const caller = parts.callers.callerOf(accessKeyId);
    if (!caller) {
      if (accessKeyId.startsWith(temporaryKeyPrefix)) return service.spell(service.unknownToken());
      return answerOrSpell(service, async () => service.prepare(request).run());
    }
    const { function: fn, invocation } = caller;
    const begun = parts.meter.begin(fn.name, invocation);
    let call: AwsCall | undefined;
    const answer = await answerOrSpell(service, async () => {
      call = service.prepare(request);
      return callOf(call, service, caller, accessKeyId);
    });
    parts.meter.record({
      function: fn.name,
      invocation,
      sequence: begun.sequence,
      depth: Number(request.headers[depthHeader]) || begun.depth,
      action: call?.action ?? `${name}:?`,
      resources: [...new Set(call?.needs.map(({ resource }) => resource))],
      startedAt,
      endedAt: performance.now(),
      requestBytes: request.body.length,
      responseBytes: answer ? Buffer.byteLength(answer.body) : 0,
      status: answer?.status ?? 0,
      error: answer ? answer.error : 'NoAnswer',
      readUnits: answer?.readUnits ?? 0,
      writeUnits: answer?.writeUnits ?? 0,
    });
    return answer;
  };

  const notRun = (name: string): Answer => {
    parts.report({
      level: 'warn',
      message: 'a function called a service that the local cloud does not run',
      service: name,
    });
    return restError(
      new AwsError('ServiceNotRunLocally', `The local cloud does not run the AWS service "${name}".`, 501),
    );
  };

  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      const [only] = chunks;
      const body = only && chunks.length === 1 ? only : Buffer.concat(chunks);
      const [path = '/'] = (incoming.url ?? '/').split('?', 1);
      const answer = await handle({ method: incoming.method ?? 'GET', path, headers: incoming.headers, body });
      if (!answer) return;
      outgoing.writeHead(answer.status, {
        'x-amzn-requestid': randomUUID(),
        ...answer.headers,
        ...(answer.status !== 204 && { 'content-length': Buffer.byteLength(answer.body) }),
      });
      outgoing.end(answer.body);
    });
  });
  // SDK clients hold their sockets for as long as their instance is warm; a server that closed them would race their next call.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    permissions,
    permissionsReport: () => permissions.report(parts.model),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      dynamodb.close();
      sqs.close();
    },
  };
};
