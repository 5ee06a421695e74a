import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  changePrefix,
  conversationSort,
  hidePrefix,
  memberPrefix,
  messagePrefix,
  profileSort,
  threadPrefix,
  threadReadPrefix,
} from '../../shared/data/keys.ts';
import type { ChatBus } from '../constructs/chat-bus.ts';
import type { ChatTable } from '../constructs/chat-table.ts';
import type { ChatWebSocketApi } from '../constructs/chat-websocket-api.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { type StreamFilter, StreamReader } from '../constructs/stream-reader.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import { limited } from './grants.ts';

interface EventsStackProps {
  deployment: Deployment;
  table: ChatTable;
  bus: ChatBus;
  webSocket: ChatWebSocketApi;
}

type Change = 'INSERT' | 'MODIFY';

const items = (changes: Change[], ...sortKeys: (string | { prefix: string })[]): StreamFilter => ({
  eventName: changes,
  dynamodb: { Keys: { SK: { S: sortKeys } } },
});

/** Lambda takes five filters of a reader. */
const states = items(
  ['INSERT', 'MODIFY'],
  { prefix: messagePrefix },
  { prefix: threadPrefix },
  { prefix: threadReadPrefix },
);
const beginnings = items(['INSERT'], { prefix: changePrefix }, conversationSort, { prefix: hidePrefix });
const changes = items(['INSERT'], { prefix: changePrefix });
const activity = items(['MODIFY'], conversationSort);
const memberships = items(['MODIFY'], { prefix: memberPrefix });
/** Of members whose raises are told as counts: see `audienceOf`. */
const countedRaises = {
  eventName: ['MODIFY'],
  dynamodb: {
    Keys: { SK: { S: [{ prefix: memberPrefix }] } },
    NewImage: { raisedBy: { S: ['read'] }, audience: { S: ['counts'] } },
  },
};
const profiles = items(['INSERT', 'MODIFY'], profileSort);

/** What happens after something was stored. The two readers of the stream, and the queues behind them. */
export class EventsStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, table, bus, webSocket }: EventsStackProps) {
    super(scope, id);
    const stream = new Construct(this, 'Stream');
    const queues = new Construct(this, 'Queue');

    const fanout = new StreamReader(stream, 'fanout', {
      deployment,
      description: 'Posts what was stored to every live connection of every member.',
      table,
      filters: [states, beginnings, memberships],
      retries: 5,
      // A post that is older finds clients that have long fetched it.
      maxRecordAge: Duration.minutes(10),
      memory: 1024,
    });
    limited(table.grantFanOut)(fanout);
    webSocket.grantPost(fanout);
    webSocket.grantClose(fanout);

    const publisher = new StreamReader(stream, 'publisher', {
      deployment,
      description: 'Tells the bus what happened.',
      table,
      filters: [changes, activity, profiles, countedRaises],
      retries: 20,
      maxRecordAge: Duration.hours(24),
      memory: 512,
    });
    bus.grantPublish(publisher);

    const redeliver = new WorkQueue(queues, 'redeliver', {
      deployment,
      description: 'Tries posts again that failed.',
      // Somebody is waiting for it: soon again, and few at a time, so that one that hangs holds up four others at the most.
      timeout: Duration.seconds(12),
      retryAfter: Duration.seconds(15),
      batchSize: 5,
      tries: 5,
    });
    redeliver.grantEnqueue(fanout, 'REDELIVERY_QUEUE_URL');
    webSocket.grantPost(redeliver.worker);
    webSocket.grantClose(redeliver.worker);
    table.grantPruneConnections(redeliver.worker);

    const inboxRefresh = new WorkQueue(queues, 'inbox-refresh', {
      deployment,
      description: 'Moves a conversation that woke up in the inbox of its members, and takes a deleted one out.',
      timeout: Duration.seconds(60),
      batchSize: 10,
      tries: 5,
    });
    bus.feeds(inboxRefresh, ['conversation.active', 'conversation.deleted']);
    limited(table.grantRefreshInbox)(inboxRefresh.worker);

    const receiptCounts = new WorkQueue(queues, 'receipt-counts', {
      deployment,
      description: 'Tells the members of a group how many of them have received and read what.',
      timeout: Duration.seconds(60),
      batchSize: 500,
      batchWindow: Duration.seconds(10),
      tries: 3,
    });
    bus.feeds(receiptCounts, ['receipt.raised']);
    limited(table.grantCountReceipts)(receiptCounts.worker);
    webSocket.grantPost(receiptCounts.worker);
    webSocket.grantClose(receiptCounts.worker);
    redeliver.grantEnqueue(receiptCounts.worker, 'REDELIVERY_QUEUE_URL');

    const userRemoval = new WorkQueue(queues, 'user-removal', {
      deployment,
      description: 'Takes a deleted user out of every group, and closes their connections.',
      timeout: Duration.seconds(120),
      batchSize: 1,
      tries: 5,
    });
    bus.feeds(userRemoval, ['user.deleted']);
    limited(table.grantForgetUser)(userRemoval.worker);
    webSocket.grantClose(userRemoval.worker);
  }
}
