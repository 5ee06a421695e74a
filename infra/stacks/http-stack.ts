import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ChatFunction } from '../constructs/chat-function.ts';
import { ChatHttpApi } from '../constructs/chat-http-api.ts';
import type { ChatTable } from '../constructs/chat-table.ts';
import type { ChatWebSocketApi } from '../constructs/chat-websocket-api.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { grantTokenIssuers } from '../constructs/token-issuers.ts';
import { applyGrants, limited, nothing } from './grants.ts';

interface HttpStackProps {
  deployment: Deployment;
  table: ChatTable;
  /** A message that comes in over HTTP is posted to sockets too. */
  webSocket: ChatWebSocketApi;
}

/** The HTTP API: for clients and for the host's own backend. */
export class HttpStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, table, webSocket }: HttpStackProps) {
    super(scope, id);
    const api = new ChatHttpApi(this, 'Http', { deployment });
    grantTokenIssuers(this, api.authorizer, deployment.settings);

    const send = (fn: ChatFunction) => {
      table.grantSend(fn);
      webSocket.grantPost(fn);
      webSocket.grantClose(fn);
    };
    applyGrants('http-stack.ts', api.routes, {
      'users/sync': table.grantWriteProfile,
      'users/get': table.grantReadProfile,
      'users/delete': table.grantWriteProfile,
      'me/get': table.grantReadProfile,
      'me/update': table.grantSetPreferences,

      'blocks/list': table.grantListBlocks,
      'blocks/add': table.grantBlock,
      'blocks/remove': table.grantBlock,

      'presence/of-user': table.grantReadPresence,
      'presence/of-conversation': limited(table.grantListMembers),

      'conversations/create': limited(table.grantStartConversation),
      'conversations/list': table.grantListInbox,
      'conversations/get': table.grantReadPlace,
      'conversations/update': limited(table.grantChange),
      'conversations/delete': limited(table.grantChange),
      'conversations/read': limited(table.grantRaiseReceipts),

      'own-state/update': table.grantKeepOwn,
      'own-state/mark-unread': table.grantKeepOwn,
      'own-state/clear-unread': table.grantKeepOwn,
      'me/unread': table.grantListInbox,
      'drafts/list': limited(table.grantListDrafts),
      'drafts/get': limited(table.grantReadPlace),
      'drafts/put': limited(table.grantKeepOwn),
      'drafts/clear': limited(table.grantKeepOwn),

      'members/list': limited(table.grantListMembers),
      'members/add': limited(table.grantChange),
      'members/join': limited(table.grantChange),
      'members/update': limited(table.grantChange),
      'members/remove': limited(table.grantRemoveMember),
      'members/leave': limited(table.grantRemoveMember),

      'messages/create': limited(send),
      'messages/list': limited(table.grantReadHistory),
      'messages/get': limited(table.grantReadPlace),
      'messages/update': limited(table.grantChange),
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

      'ws-tickets/create': table.grantIssueTicket,
      'docs/openapi': nothing,
      'docs/page': nothing,
      'health/live': nothing,
      'health/ready': table.grantProbe,
    });
    new CfnOutput(this, 'HttpUrl', { value: api.url });
  }
}
