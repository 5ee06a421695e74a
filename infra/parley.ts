/** The whole of Parley as stacks. */
import { join, resolve } from 'node:path';
import { Annotations, App, Aspects, type Stack, Tags } from 'aws-cdk-lib/core';
import cdkJson from '../cdk.json' with { type: 'json' };
import { bundle } from './bundle/bundle.ts';
import { entries } from './bundle/entries.ts';
import type { Deployment } from './constructs/deployment.ts';
import { adaptedTo } from './endpoint/adaptations.ts';
import type { Emulator } from './endpoint/endpoint.ts';
import { Mistake } from './mistake.ts';
import { endpointStage, localStage, readSettings, runsHere, type Settings } from './settings.ts';
import { BeforeSendStack } from './stacks/before-send-stack.ts';
import { BudgetStack } from './stacks/budget-stack.ts';
import { CanaryStack } from './stacks/canary-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { EdgeStack } from './stacks/edge-stack.ts';
import { EventsStack } from './stacks/events-stack.ts';
import { HttpStack } from './stacks/http-stack.ts';
import { MessagesStack } from './stacks/messages-stack.ts';
import { NotificationsStack } from './stacks/notifications-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';
import { WebhooksStack } from './stacks/webhooks-stack.ts';
import { WebSocketStack } from './stacks/websocket-stack.ts';

const root = resolve(import.meta.dirname, '..');

/** Templates name each resource's construct and each function's code folder: reports and the local cloud read that. */
const metadata = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

/**
 * Bundles the functions and builds the stacks of one stage. Needs no AWS account.
 *
 * @param context `stage` (default `dev`) and `settings`, beside what the CDK CLI hands over
 * @throws Mistake for settings that are wrong and functions that are missing
 */
export const parley = async ({ outdir, context = {} }: { outdir: string; context?: Record<string, string> }) => {
  // The same flags for the CLI, which reads cdk.json by itself, and for whoever runs this file without it.
  const app = new App({ outdir, analyticsReporting: false, context: { ...cdkJson.context, ...metadata, ...context } });
  const settings = readSettings(app.node.tryGetContext('stage') ?? 'dev', app.node.tryGetContext('settings'));
  // What runs on this machine meets no CloudFormation, and checking its templates takes longer than all the rest.
  if (runsHere(settings.stage)) process.env.CDK_VALIDATION ??= 'false';
  const bundles = join(resolve(outdir), 'bundles');
  const sizes = await bundle(root, bundles);
  buildStacks(app, { settings, bundles });
  // Loaded only where it is needed: the stage local begins sooner without it.
  if (!runsHere(settings.stage)) (await import('./nag.ts')).checkByAws(app);
  return { app, sizes };
};

/** @returns the stacks in the order in which they depend on each other */
export const buildStacks = (app: App, given: Pick<Deployment, 'settings' | 'bundles'>): Stack[] => {
  const { settings } = given;
  requireFunctions('reservedConcurrency', Object.keys(settings.reservedConcurrency));
  requireFunctions('releases.functions', settings.releases.functions);
  const id = (part: string) => `Parley-${settings.stage}-${part}`;
  if (settings.stage !== localStage) tagAll(app, settings);
  // An app is the outermost stage of the CDK: its region is that of the stacks that say none.
  if (settings.region !== null) Object.assign(app, { region: settings.region });
  const data = new DataStack(app, id('Data'), settings);
  const { table, bus, dataKey, edgeKey } = data;
  const deployment = { ...given, dataKey, edgeKey };
  const beforeSend = hasAddresses(settings) ? [new BeforeSendStack(app, id('BeforeSend'), { deployment })] : [];
  const http = new HttpStack(app, id('Http'), { deployment, table });
  const webSocket = new WebSocketStack(app, id('WebSocket'), { deployment, table, bus, http: http.api });
  const messages = new MessagesStack(app, id('Messages'), {
    deployment,
    table,
    bus,
    http: http.api,
    webSocket: webSocket.api,
  });
  // What they invoke is there before they are told of it.
  for (const asked of beforeSend) for (const stack of [webSocket, messages]) stack.addStackDependency(asked);
  const notifications = new NotificationsStack(app, id('Notifications'), { deployment, table, bus, http: http.api });
  const webhooks = new WebhooksStack(app, id('Webhooks'), { deployment, table, bus, http: http.api });
  http.api.requireAllServed();
  const events = new EventsStack(app, id('Events'), { deployment, table, bus, webSocket: webSocket.api });
  const doors = { http: http.api, webSocket: webSocket.api };
  const around = aroundThem(app, id, { settings, http, webSocket });
  const edge = around.find((stack) => stack instanceof EdgeStack);
  const front = edge
    ? { httpUrl: `https://${edge.domain}`, webSocketUrl: `wss://${edge.domain}/ws` }
    : { httpUrl: http.api.url, webSocketUrl: webSocket.api.url };
  const watching = [
    ...(settings.observability.canary === 'off'
      ? []
      : [new CanaryStack(app, id('Canary'), { deployment, http: http.api, front })]),
    ...(settings.observability.dashboard
      ? [new ObservabilityStack(app, id('Observability'), { deployment, table, ...doors })]
      : []),
  ];
  // It comes in through the edge.
  for (const stack of watching) if (edge && stack instanceof CanaryStack) stack.addStackDependency(edge);
  if (settings.stage === endpointStage) {
    const emulator: Emulator = app.node.tryGetContext('emulator') === 'localstack' ? 'localstack' : 'ministack';
    Aspects.of(app).add(adaptedTo(emulator));
  }
  if (settings.tokenIssuers.some(({ issuer }) => URL.parse(issuer)?.hostname.endsWith('example.com'))) {
    // An error to `cdk deploy`, which deploys nothing then; `npm run synth` shows the templates all the same.
    Annotations.of(data).addError(
      `tokenIssuers of the stage ${settings.stage} still names the example's issuer: nobody can log in until it names yours.`,
    );
  }
  return [...[data, ...beforeSend, http, webSocket, messages, notifications, webhooks, events, ...watching], ...around];
};

/** What is around the chat, where the settings ask for it: its one domain, its budget. */
const aroundThem = (
  app: App,
  id: (part: string) => string,
  { settings, http, webSocket }: { settings: Settings; http: Stack; webSocket: Stack },
): Stack[] => {
  const stacks: Stack[] = [];
  const { edge, budget, stage } = settings;
  if (edge !== null) {
    const stack = new EdgeStack(app, id('Edge'), { settings, edge, http, webSocket });
    for (const api of [http, webSocket]) stack.addStackDependency(api);
    stacks.push(stack);
  }
  if (budget !== null) {
    const stack = new BudgetStack(app, id('Budget'), { stage, budget });
    if (budget.emails.some((address) => address.endsWith('@example.com')))
      Annotations.of(stack).addError(
        `budget.emails of the stage ${stage} still names the example: nobody would be told.`,
      );
    stacks.push(stack);
  }
  return stacks;
};

const requireFunctions = (setting: string, names: string[]): void => {
  for (const name of names) {
    if (!entries.some((entry) => entry.name === name)) {
      throw new Mistake(`${setting} names ${name}: there is no functions/${name}.ts.`);
    }
  }
};

/** What is whose, on every resource that can say so, and for the bill. */
const tagAll = (app: App, { stage, tags }: Settings): void => {
  for (const [key, value] of Object.entries({ ...tags, app: 'parley', stage })) Tags.of(app).add(key, value);
};

const hasAddresses = ({ beforeSend }: Deployment['settings']): boolean =>
  Object.values(beforeSend.tenants).some(({ url }) => url !== undefined);
