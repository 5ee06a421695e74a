import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { grantAskHooks } from '../constructs/asked-hooks.ts';
import type { ChatBus } from '../constructs/chat-bus.ts';
import type { ChatFunction } from '../constructs/chat-function.ts';
import type { ChatHttpApi } from '../constructs/chat-http-api.ts';
import type { ChatTable } from '../constructs/chat-table.ts';
import type { ChatWebSocketApi } from '../constructs/chat-websocket-api.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { limited } from './grants.ts';

interface MessagesStackProps {
  deployment: Deployment;
  table: ChatTable;
  bus: ChatBus;
  http: ChatHttpApi;
  /** A message that comes in over HTTP is posted to sockets too. */
  webSocket: ChatWebSocketApi;
}

/** What is said, over HTTP: messages, what stands beside them, and what somebody missed. */
export class MessagesStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, table, bus, http, webSocket }: MessagesStackProps) {
    super(scope, id);
    const askHooks = grantAskHooks(deployment);
    const send = (fn: ChatFunction) => {
      table.grantSend(fn);
      bus.grantKnowWhoHears(fn);
      askHooks(fn);
      webSocket.grantPost(fn);
      webSocket.grantClose(fn);
    };
    const edit = (fn: ChatFunction) => {
      table.grantChange(fn);
      askHooks(fn);
    };
    http.serve(new Construct(this, 'Http'), {
      'messages/create': limited(send),
      'messages/list': limited(table.grantReadHistory),
      'messages/get': limited(table.grantReadPlace),
      'messages/update': limited(edit),
      'messages/delete': limited(table.grantChange),
      'messages/read': limited(table.grantRaiseReceipts),
      'messages/receipts': limited(table.grantListMembers),
      'messages/hide': table.grantChange,
      'messages/history': limited(table.grantReadVersions),
      'threads/replies': limited(table.grantListThread),
      'threads/read': limited(table.grantReadThread),
      'reactions/list': limited(table.grantReadPlace),
      'reactions/add': limited(table.grantReact),
      'reactions/remove': limited(table.grantReact),
      'pins/list': limited(table.grantListPins),
      'pins/add': limited(table.grantChange),
      'pins/remove': limited(table.grantChange),
      'sync/create': limited(table.grantSync),
    });
  }
}
