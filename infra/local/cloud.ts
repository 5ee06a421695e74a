import { isDeepStrictEqual } from 'node:util';
import { type AwsEndpoint, startAwsEndpoint } from './aws/endpoint.ts';
import { createMeter, type Meter } from './aws/meter.ts';
import type { FunctionPermissions } from './aws/permissions.ts';
import { openDataDirectory } from './data-directory.ts';
import { type Engine, startEngine } from './engine/engine.ts';
import type { BusEvent } from './events/bus-entry.ts';
import { type Clock, systemClock } from './events/clock.ts';
import { createEvents, type Events } from './events/events.ts';
import type { Backoff } from './events/stream-batch.ts';
import { createFaults, type Faults } from './faults.ts';
import { listen } from './front-door.ts';
import { createGateways, type Gateways } from './gateways.ts';
import { createIdentityProvider, type IdentityProvider } from './identity/provider.ts';
import { identityRoutes } from './identity/routes.ts';
import type { FunctionLog } from './lambda/instance.ts';
import { createPool, type Pool } from './lambda/pool.ts';
import {
  functionNamed,
  keepingUnchangedCode,
  queueNamed,
  withLocalQueues,
  withoutFunctions,
  withoutRulesFor,
} from './local-model.ts';
import { type CloudModel, type FunctionModel, region, type TableModel } from './model.ts';
import { type OutboxEntry, openOutbox } from './outbox.ts';
import { outboxRoutes } from './outbox-page.ts';
import type { InvocationResult, OnUse, Report } from './ports.ts';
import { openSecrets } from './secrets.ts';
import { allStarted, createShutdown } from './shutdown.ts';
import { type Sqs, startSqs } from './sqs.ts';
import { readModel } from './template/read-model.ts';
import { countWrites } from './writes.ts';

export interface CloudOptions {
  /** Folder of a cloud assembly: what `cdk synth` wrote. */
  assembly: string;
  /** 0, the default, takes any that is free. */
  port?: number;
  /** Keeps everything between runs. Without it, everything is gone after `stop`. */
  dataDirectory?: string | undefined;
  /** Removes what an earlier cloud left in the data directory, and at `dynamodbEndpoint`. */
  fresh?: boolean;
  /** A DynamoDB that somebody else runs. */
  dynamodbEndpoint?: string | undefined;
  /** Workers whose queues the bus does not feed, as if somebody had disabled the rules: `notify` for `Queue/notify`. */
  unfed?: readonly string[];
  /** Values of the stacks' parameters, beside `TokenIssuers`, which names the identity provider here. */
  parameters?: Record<string, string>;
  /** Lambda polls a stream four times a second; tests may want it faster. */
  streamPollMs?: number;
  /** How long a failed batch of a stream waits before the nth retry. */
  streamBackoff?: Backoff;
  /** A queue's batches gather for as long as their mapping says; tests may not want to wait so long. */
  longestBatchWindowMs?: number;
  /** What a function did not take comes back after so long at most; its queue may say minutes. */
  longestHiddenSeconds?: number;
  /** API Gateway's limits of WebSocket connections, to be shortened by tests. */
  limits?: Parameters<typeof createGateways>[0]['limits'];
  /** Of injected faults. */
  seed?: number;
  clock?: Clock;
  report?: Report;
  /** Lines that functions write. */
  onLog?: (line: FunctionLog) => void;
  /** Events that a bus takes, as its rules see them. */
  onEvent?: (event: BusEvent) => void;
  /** What the platform does and bills beside functions' calls, which the meter keeps. */
  onUse?: OnUse;
  /** The database ended by itself and nothing works any more; `message` is one sentence. */
  onCrash?: (message: string) => void;
}

/** Parley's stacks, or any others, running on this machine. */
export interface Cloud {
  /** `http://localhost:<port>`: paths of the HTTP API's routes follow it. */
  url: string;
  apiUrl: string;
  webSocketUrl: string;
  port: number;
  identity: IdentityProvider;
  issueToken: IdentityProvider['issueToken'];
  meter: Meter;
  faults: Faults;
  /** What each function may do, what it did, and so what it need not be allowed. */
  permissions(): FunctionPermissions[];
  /** @param name `FunctionModel.name`, the path of its construct */
  invoke(name: string, event: unknown): Promise<InvocationResult>;
  functions: FunctionModel[];
  tables: TableModel[];
  /** For an SDK client of any service: acts as the account's owner, unmetered. */
  clientConfig: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  /** @param name the queue's own, or the path of its construct without slashes */
  queue(name: string): ReturnType<Sqs['inspect']>;
  /** Pushes and e-mails that were sent, the newest first. */
  outbox(): OutboxEntry[];
  /** Cuts every WebSocket without a close frame, as a failing network does. */
  dropConnections(): void;
  /** Resources that the stacks ask for and that are not run here. */
  unsupported: CloudModel['unsupported'];
  /** Where the data is, for people; undefined if nothing is kept. */
  dataPath: string | undefined;
  /**
   * Takes the functions from another assembly; those whose code or settings changed run it from their next event on.
   * @returns false, having changed nothing, if anything but functions differs: that needs another cloud
   */
  reload(assembly: string): boolean;
  /** Resolves when no function runs and no record, message or event is on its way to one. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @throws {StartError} one sentence, if this machine or its data is in the way
 * @throws {TemplateError} if a template asks for what cannot be honoured here
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { clock = systemClock, report = () => {}, onLog = () => {} } = options;
  const shutdown = createShutdown();
  try {
    return await start();
  } catch (error) {
    await shutdown.run().catch(() => {});
    throw error;
  }

  async function start(): Promise<Cloud> {
    const data =
      options.dataDirectory === undefined
        ? undefined
        : shutdown.add(openDataDirectory(options.dataDirectory, options.fresh), async (directory) =>
            directory.release(),
          );
    const door = shutdown.add(
      await listen({
        port: options.port ?? 0,
        onError: (error) => report({ level: 'error', message: 'a request failed', error: String(error) }),
      }),
      (it) => it.close(),
    );
    const issuer = `${door.origin}/identity`;
    const modelOf = (assembly: string) =>
      withoutRulesFor(
        readModel(assembly, { parameters: { TokenIssuers: tokenIssuers(issuer), ...options.parameters } }),
        options.unfed ?? [],
      );
    const original = modelOf(options.assembly);

    const secrets = openSecrets(original.secrets, data?.secretsFile);
    const outbox = openOutbox(data?.outboxFile, clock.now);
    const meter = createMeter();
    const faults = createFaults(options.seed);
    const writes = countWrites();
    const [engine, sqs, identity, aws]: [Engine, Sqs, IdentityProvider, AwsEndpoint] = await allStarted([
      startEngine({
        tables: original.tables,
        databaseFile: data?.databaseFile,
        endpoint: options.dynamodbEndpoint,
        fresh: options.fresh,
        onCrash: options.onCrash ?? ((message) => report({ level: 'error', message })),
      }).then((it) => shutdown.add(it, () => it.stop())),
      startSqs(data?.queueDirectory).then((it) => shutdown.add(it, () => it.stop())),
      createIdentityProvider({ issuer, keyFile: data?.keyFile, clock: clock.now }),
      startAwsEndpoint({
        get dynamodbEndpoint(): string {
          return engine.endpoint;
        },
        get sqsEndpoint(): string {
          return sqs.endpoint;
        },
        get bus() {
          return events.bus;
        },
        get lambda() {
          return pool;
        },
        get callers() {
          return pool;
        },
        get model() {
          return model;
        },
        submit: (functionArn, event) => events.submit(functionArn, event),
        connections: (apiId) => gateways.connections(apiId),
        secrets,
        outbox,
        faults,
        meter,
        writes,
        report,
      }).then((it) => shutdown.add(it, () => it.stop())),
    ]);

    let model = withLocalQueues(original, aws.url);
    const pool: Pool = shutdown.add(
      createPool({ functions: model.functions, awsEndpoint: () => aws.url, report, onLog, onUse: options.onUse }),
      (it) => it.stop(),
    );
    const events: Events = shutdown.add(
      createEvents({
        model,
        dynamodbEndpoint: engine.endpoint,
        sqsEndpoint: sqs.endpoint,
        messagesIn: (name) => {
          const { ready, inFlight } = sqs.inspect(name);
          return ready.length + inFlight.length;
        },
        invoker: pool,
        faults,
        report,
        clock,
        onUse: options.onUse,
        ...(options.dynamodbEndpoint === undefined && { writes }),
        ...(options.onEvent && { onEvent: options.onEvent }),
        ...(options.streamPollMs !== undefined && { pollMs: options.streamPollMs }),
        ...(options.streamBackoff && { streamBackoff: options.streamBackoff }),
        ...(options.longestBatchWindowMs !== undefined && { longestBatchWindowMs: options.longestBatchWindowMs }),
        ...(options.longestHiddenSeconds !== undefined && { longestHiddenSeconds: options.longestHiddenSeconds }),
        ...(data !== undefined && { checkpointsFile: data.checkpointsFile }),
      }),
      (it) => it.stop(),
    );
    const gateways: Gateways = shutdown.add(
      createGateways({ model, invoker: pool, faults, report, clock, limits: options.limits, onUse: options.onUse }),
      (it) => it.stop(),
    );
    await events.start();
    shutdown.add(door, async (it) => it.shut());
    door.open({
      identity: identityRoutes(identity),
      outbox: outboxRoutes(outbox),
      http: gateways.http,
      webSocket: gateways.webSocket,
    });

    return {
      url: door.origin,
      apiUrl: `${door.origin}/api`,
      webSocketUrl: `ws://localhost:${door.port}/ws`,
      port: door.port,
      identity,
      issueToken: identity.issueToken,
      meter,
      faults,
      permissions: aws.permissionsReport,
      invoke: (name, event) => pool.invoke(functionNamed(model, name).arn, event),
      get functions() {
        return model.functions;
      },
      tables: model.tables,
      clientConfig: { endpoint: aws.url, region, credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' } },
      queue: (name) => sqs.inspect(queueNamed(model, name)),
      outbox: outbox.entries,
      dropConnections: gateways.dropConnections,
      unsupported: [...original.unsupported, ...gateways.unsupported],
      dataPath: data?.path,
      reload: (assembly) => {
        const next = modelOf(assembly);
        if (!isDeepStrictEqual(withoutFunctions(next), withoutFunctions(original))) return false;
        model = keepingUnchangedCode(withLocalQueues(next, aws.url), model);
        pool.reload(model.functions);
        return true;
      },
      settled: async () => {
        // What runs may cause what is on its way, and the other way round.
        for (let round = 0; round < 2; round += 1) {
          await pool.idle();
          await events.settled();
        }
      },
      stop: shutdown.run,
    };
  }
}

/** What Parley's authorizers believe here, as its stacks' parameter takes it. */
function tokenIssuers(issuer: string): string {
  const jwksUri = `${issuer}/.well-known/jwks.json`;
  return JSON.stringify([{ issuer, jwksUri, audience: 'parley', tenantClaim: 'tenant' }]);
}
