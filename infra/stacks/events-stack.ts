import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  changePrefix,
  conversationSort,
  draftPrefix,
  memberPrefix,
  messagePrefix,
  profileSort,
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

const items = (changes: Change[], sortKey: string | { prefix: string }): StreamFilter => ({
  eventName: changes,
  dynamodb: { Keys: { SK: { S: [sortKey] } } },
});

const messages = items(['INSERT', 'MODIFY'], { prefix: messagePrefix });
const changes = items(['INSERT'], { prefix: changePrefix });
const newConversations = items(['INSERT'], conversationSort);
const activity = items(['MODIFY'], conversationSort);
const profiles = items(['INSERT', 'MODIFY'], profileSort);
const memberships = items(['MODIFY'], { prefix: memberPrefix });
const drafts = items(['INSERT', 'MODIFY'], { prefix: draftPrefix });
/** Messages that mention somebody, or did before: others do not wake the publisher. */
const mentions = ['NewImage', 'OldImage'].map((image) => ({
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { Keys: { SK: { S: [{ prefix: messagePrefix }] } }, [image]: { mentions: { SS: [{ exists: true }] } } },
}));

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
      filters: [messages, changes, newConversations, memberships, drafts],
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
      filters: [changes, activity, profiles, ...mentions],
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

    const mentionCount = new WorkQueue(queues, 'mention-count', {
      deployment,
      description: 'Counts the unread mentions of those whom a message mentions, or no longer does.',
      timeout: Duration.seconds(30),
      batchSize: 10,
      tries: 10,
    });
    bus.feeds(mentionCount, ['message.mentions']);
    table.grantCountMentions(mentionCount.worker);

    const userRemoval = new WorkQueue(queues, 'user-removal', {
      deployment,
      description: 'Takes a deleted user out of every group, closes their connections and forgets their drafts.',
      timeout: Duration.seconds(120),
      batchSize: 1,
      tries: 5,
    });
    bus.feeds(userRemoval, ['user.deleted']);
    limited(table.grantForgetUser)(userRemoval.worker);
    webSocket.grantClose(userRemoval.worker);
  }
}
