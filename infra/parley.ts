/** The whole of Parley as stacks. */
import { join, resolve } from 'node:path';
import { Annotations, App, Aspects, type Stack } from 'aws-cdk-lib/core';
import cdkJson from '../cdk.json' with { type: 'json' };
import { bundle } from './bundle/bundle.ts';
import { entries } from './bundle/entries.ts';
import type { Deployment } from './constructs/deployment.ts';
import { adaptedTo } from './endpoint/adaptations.ts';
import type { Emulator } from './endpoint/endpoint.ts';
import { Mistake } from './mistake.ts';
import { endpointStage, readSettings, runsHere } from './settings.ts';
import { BeforeSendStack } from './stacks/before-send-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { EventsStack } from './stacks/events-stack.ts';
import { HttpStack } from './stacks/http-stack.ts';
import { MessagesStack } from './stacks/messages-stack.ts';
import { NotificationsStack } from './stacks/notifications-stack.ts';
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
  return { app, sizes };
};

/** @returns the stacks in the order in which they depend on each other */
export const buildStacks = (app: App, deployment: Deployment): Stack[] => {
  const { settings } = deployment;
  for (const name of Object.keys(settings.reservedConcurrency)) {
    if (!entries.some((entry) => entry.name === name)) {
      throw new Mistake(`reservedConcurrency names ${name}: there is no functions/${name}.ts.`);
    }
  }
  const id = (part: string) => `Parley-${settings.stage}-${part}`;
  const data = new DataStack(app, id('Data'), settings);
  const { table, bus } = data;
  const beforeSend = hasAddresses(settings) ? [new BeforeSendStack(app, id('BeforeSend'), { deployment })] : [];
  const webSocket = new WebSocketStack(app, id('WebSocket'), { deployment, table });
  const http = new HttpStack(app, id('Http'), { deployment, table });
  const messages = new MessagesStack(app, id('Messages'), {
    deployment,
    table,
    http: http.api,
    webSocket: webSocket.api,
  });
  // What they invoke is there before they are told of it.
  for (const asked of beforeSend) for (const stack of [webSocket, messages]) stack.addStackDependency(asked);
  const notifications = new NotificationsStack(app, id('Notifications'), { deployment, table, bus, http: http.api });
  const webhooks = new WebhooksStack(app, id('Webhooks'), { deployment, table, bus, http: http.api });
  http.api.requireAllServed();
  const events = new EventsStack(app, id('Events'), { deployment, table, bus, webSocket: webSocket.api });
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
  return [data, ...beforeSend, webSocket, http, messages, notifications, webhooks, events];
};

const hasAddresses = ({ beforeSend }: Deployment['settings']): boolean =>
  Object.values(beforeSend.tenants).some(({ url }) => url !== undefined);
