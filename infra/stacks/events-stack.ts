import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  changePrefix,
  conversationSort,
  draftPrefix,
  hidePrefix,
  memberPrefix,
  messagePrefix,
  presenceSort,
  profileSort,
  reactionsPrefix,
  threadPrefix,
  threadReadPrefix,
} from '../../shared/data/keys.ts';
import type { ChatBus } from '../constructs/chat-bus.ts';
import type { ChatTable } from '../constructs/chat-table.ts';
import type { ChatWebSocketApi } from '../constructs/chat-websocket-api.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { EventSchemas } from '../constructs/event-schemas.ts';
import { type StreamFilter, StreamReader } from '../constructs/stream-reader.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import { limited } from './grants.ts';

interface EventsStackProps {
  deployment: Deployment;
  table: ChatTable;
  bus: ChatBus;
  webSocket: ChatWebSocketApi;
}

type Change = 'INSERT' | 'MODIFY' | 'REMOVE';

type SortKey = string | { prefix: string };

/** Lambda takes five filters a reader: what is followed alike shares one. */
const items = (changes: Change[], sortKeys: SortKey | SortKey[], images: object = {}): StreamFilter => ({
  eventName: changes,
  dynamodb: { Keys: { SK: { S: [sortKeys].flat() } }, ...images },
});

/** States of messages, reactions and threads, of how far somebody has read a thread, and of drafts. */
const states = items(
  ['INSERT', 'MODIFY'],
  [messagePrefix, reactionsPrefix, threadPrefix, threadReadPrefix, draftPrefix].map((prefix) => ({ prefix })),
);
/** Reactions are told by their own records, from which these are filed. */
const changes = items(
  ['INSERT'],
  { prefix: changePrefix },
  {
    NewImage: { kind: { S: [{ 'anything-but': ['reaction.added', 'reaction.removed'] }] } },
  },
);
const beginnings = items(['INSERT'], [conversationSort, { prefix: hidePrefix }]);
/** Not that somebody posted, which everybody knows from the message. */
const memberships = items(['MODIFY'], { prefix: memberPrefix }, { NewImage: { news: { S: ['told'] } } });

/** What is told with every state: reactions, profiles, and who is there. */
const told = items(['INSERT', 'MODIFY'], [{ prefix: reactionsPrefix }, profileSort, presenceSort]);
/** Of conversations, messages and changes, what says of itself that somebody may hear of it: shared/data/heard.ts. */
const heard = items(['INSERT', 'MODIFY'], [conversationSort, { prefix: messagePrefix }, { prefix: changePrefix }], {
  NewImage: { heard: { S: ['maybe'] } },
});
/** Members from the beginning, whom no change tells of. */
const founders = items(['INSERT'], { prefix: memberPrefix }, { NewImage: { rev: { N: ['0'] } } });
/** Of members whose raises others are told of, each or as counts: see `audienceOf`. */
const raises = items(
  ['MODIFY'],
  { prefix: memberPrefix },
  { NewImage: { raisedBy: { S: ['read'] }, audience: { S: ['members', 'counts'] } } },
);
/** What DynamoDB removed because its time was up. */
const expiries = {
  ...items(['REMOVE'], { prefix: messagePrefix }),
  userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
};

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
      filters: [states, changes, beginnings, memberships],
      retries: 5,
      // A post that is older finds clients that have long fetched it.
      maxRecordAge: Duration.minutes(10),
      lag: Duration.seconds(10),
      memory: 1024,
    });
    limited(table.grantFanOut)(fanout);
    webSocket.grantPost(fanout);
    webSocket.grantClose(fanout);

    const publisher = new StreamReader(stream, 'publisher', {
      deployment,
      description: 'Tells the bus what happened.',
      table,
      filters: [told, heard, founders, raises, expiries],
      retries: 20,
      maxRecordAge: Duration.hours(24),
      lag: Duration.minutes(15),
      memory: 512,
    });
    bus.grantPublish(publisher);
    bus.grantKnowWhoHears(publisher);
    table.grantListWebhooks(publisher);
    new EventSchemas(this, 'Schemas', deployment.settings);

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

    const roomFanOut = new WorkQueue(queues, 'room-fanout', {
      deployment,
      description: 'Posts what was stored to who subscribed to a large room, a shard at a time.',
      // Somebody is waiting for it. A shard is many posts by itself: each has an instance of its own.
      timeout: Duration.seconds(45),
      retryAfter: Duration.seconds(45),
      batchSize: 1,
      tries: 5,
      lag: Duration.minutes(1),
      memory: 1024,
    });
    roomFanOut.grantEnqueue(fanout, 'ROOM_QUEUE_URL');
    redeliver.grantEnqueue(roomFanOut.worker, 'REDELIVERY_QUEUE_URL');
    table.grantTellShard(roomFanOut.worker);
    webSocket.grantPost(roomFanOut.worker);
    webSocket.grantClose(roomFanOut.worker);

    const inboxRefresh = new WorkQueue(queues, 'inbox-refresh', {
      deployment,
      description: 'Moves a conversation that woke up in the inbox of its members, and takes a deleted one out.',
      timeout: Duration.seconds(60),
      batchSize: 10,
      tries: 5,
    });
    bus.feeds(inboxRefresh, ['conversation.active', 'conversation.deleted']);
    limited(table.grantRefreshInbox)(inboxRefresh.worker);
    // Of a large room, some members at a time.
    inboxRefresh.grantEnqueue(inboxRefresh.worker, 'INBOX_QUEUE_URL');

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

    const presence = new WorkQueue(queues, 'presence', {
      deployment,
      description: 'Tells who comes and goes, and looks after those who may vanish without a word.',
      timeout: Duration.seconds(30),
      batchSize: 10,
      tries: 5,
    });
    bus.feeds(presence, ['presence.changed']);
    presence.grantEnqueue(presence.worker, 'PRESENCE_QUEUE_URL');
    limited(table.grantTellPresence)(presence.worker);
    presence.worker.grantPresenceSettings();
    webSocket.grantPost(presence.worker);
    webSocket.grantClose(presence.worker);
  }
}
