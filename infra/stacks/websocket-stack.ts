import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { grantAskHooks } from '../constructs/asked-hooks.ts';
import type { ChatBus } from '../constructs/chat-bus.ts';
import type { ChatFunction } from '../constructs/chat-function.ts';
import type { ChatHttpApi } from '../constructs/chat-http-api.ts';
import type { ChatTable } from '../constructs/chat-table.ts';
import { ChatWebSocketApi } from '../constructs/chat-websocket-api.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { grantTokenIssuers } from '../constructs/token-issuers.ts';
import { applyGrants, limited } from './grants.ts';

interface WebSocketStackProps {
  deployment: Deployment;
  table: ChatTable;
  bus: ChatBus;
  http: ChatHttpApi;
}

/** Clients' sockets: what comes in over them. */
export class WebSocketStack extends Stack {
  readonly api: ChatWebSocketApi;

  constructor(scope: Construct, id: string, { deployment, table, bus, http }: WebSocketStackProps) {
    super(scope, id);
    const api = new ChatWebSocketApi(this, 'WebSocket', { deployment });
    this.api = api;

    grantTokenIssuers(this, api.authorizer, deployment.settings, http.url);
    table.grantRedeemTicket(api.authorizer);
    table.grantTrackPresence(api.connect);
    table.grantTrackPresence(api.disconnect);

    const askHooks = grantAskHooks(deployment);
    const send = (fn: ChatFunction) => {
      table.grantSend(fn);
      bus.grantKnowWhoHears(fn);
      askHooks(fn);
      api.grantPost(fn);
      api.grantClose(fn);
    };
    const edit = (fn: ChatFunction) => {
      table.grantChange(fn);
      askHooks(fn);
    };
    const type = (fn: ChatFunction) => {
      table.grantTyping(fn);
      api.grantPost(fn);
    };
    applyGrants('websocket-stack.ts', api.commands, {
      'message.send': limited(send),
      'message.edit': limited(edit),
      'message.delete': limited(table.grantChange),
      'reaction.add': limited(table.grantReact),
      'reaction.remove': limited(table.grantReact),
      'typing.start': limited(type),
      'typing.stop': limited(type),
      'presence.heartbeat': (fn) => {
        table.grantHeartbeat(fn);
        fn.grantPresenceSettings();
      },
      sync: limited(table.grantSync),
      'receipt.read': limited(table.grantRaiseReceipts),
      'receipt.delivered': limited(table.grantRaiseReceipts),
      subscribe: table.grantSubscribe,
      unsubscribe: table.grantUnsubscribe,
    });
    new CfnOutput(this, 'WebSocketUrl', { value: api.url });
    if (deployment.settings.edge !== null) new CfnOutput(this, 'WebSocketDomain', { value: api.domain });
  }
}
