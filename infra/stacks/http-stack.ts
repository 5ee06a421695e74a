import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ChatHttpApi } from '../constructs/chat-http-api.ts';
import type { ChatTable } from '../constructs/chat-table.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { grantTokenIssuers } from '../constructs/token-issuers.ts';
import { limited, nothing } from './grants.ts';

interface HttpStackProps {
  deployment: Deployment;
  table: ChatTable;
}

/** The HTTP API, for clients and for the host's own backend, and its routes but those that other stacks serve. */
export class HttpStack extends Stack {
  readonly api: ChatHttpApi;

  constructor(scope: Construct, id: string, { deployment, table }: HttpStackProps) {
    super(scope, id);
    const api = new ChatHttpApi(this, 'Http', { deployment });
    this.api = api;
    grantTokenIssuers(this, api.authorizer, deployment.settings, api.url);

    api.serve(api, {
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

      'ws-tickets/create': table.grantIssueTicket,
      'docs/openapi': nothing,
      'docs/page': nothing,
      'health/live': nothing,
      'health/ready': table.grantProbe,
    });
    new CfnOutput(this, 'HttpUrl', { value: api.url });
    if (deployment.settings.edge !== null) new CfnOutput(this, 'HttpDomain', { value: api.domain });
  }
}
