/** What telling a large room of one message takes, counted with the code that does it: nothing is sent. */
import { marshall } from '@aws-sdk/util-dynamodb';
import { subscriptionKey } from '../../../shared/data/keys.ts';
import type { Delivery } from '../../../shared/domain/deliveries.ts';
import { liveFeedOf, shardOf } from '../../../shared/domain/large-rooms.ts';
import { newMessage } from '../../../shared/domain/message.ts';
import { packed } from '../../../shared/runtime/delivery.ts';
import { grouped } from '../../../shared/runtime/grouped.ts';
import { roomPosts } from '../../../shared/runtime/room-queue.ts';
import { largestMessage, messagesToABatch } from '../../../shared/runtime/sqs.ts';
import { prices } from './prices.ts';

export interface Plan {
  members: number;
  watchers: number;
  shards: number;
  largestShard: number;
  queueMessages: number;
  queueBatches: number;
  invocations: number;
  posts: number;
  readUnits: number;
  writeUnits: number;
  /** Until the worker of the largest shard has posted all, under the assumptions. */
  largestShardMs: number;
  dollars: { posts: number; functions: number; queue: number; table: number };
}

/** What the counts do not say. */
export const assumptions = {
  /** From a worker's post to the gateway's answer. */
  postMs: 15,
  /** Of processor, on what a worker has of one. */
  cpuMsOfPost: 0.2,
  postsAtOnce: 64,
  workerGigabytes: 1,
  /** Of the function that takes the message in, and of the one that hands out the shards' work. */
  otherFunctionMs: 50,
};

const limits = { largeRoomAbove: 256, shardSize: 1_000 };

/** A send, by the budgets. */
const send = { writeUnits: 5, readUnits: 2 };
/** Fan-out reads the conversation and the sender's receipt, and raises the sender's watermark. */
const fanOut = { writeUnits: 2, readUnits: 2 };

const conversationId = 'g-5TxSCA9jRrmBc3sYsmpfjg';
const tenant = 'acme';

const content = 'The quick brown fox jumps over the lazy dog. '.repeat(3).trim();
const message = newMessage(
  {
    clientMessageId: '01JD8W5Q5Z',
    content,
    contentType: 'text/plain',
    attachments: [],
    replyTo: null,
    threadId: null,
    inConversation: false,
  },
  conversationId,
  42,
  'user-1',
  new Date('2026-11-21T12:00:00.000Z'),
);
const delivery: Delivery = {
  to: 'subscribed',
  except: new Set(['L0SM9cOFvHcCIhw=']),
  frame: { event: 'message.new', data: message },
};

/** As DynamoDB counts them: names, and values in UTF-8. */
const bytesOf = (item: Record<string, unknown>): number =>
  Object.entries(marshall(item)).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(String(Object.values(value)[0])),
    0,
  );

const subscriptionBytes = (user: string, shard: number): number => {
  const connectionId = 'L0SM9cOFvHcCIhw=';
  const key = subscriptionKey(tenant, conversationId, shard, user, connectionId);
  return bytesOf({ ...key, user, connectionId, memberRev: 1_234, joinedSeq: 40_000, expiresAt: 1_795_266_000 });
};

export const planFor = (members: number, watchers: number): Plan => {
  const { shards } = liveFeedOf({ live: 'all', shards: 0 }, members, limits);
  const inShard = Array.from({ length: shards }, () => ({ watchers: 0, bytes: 0 }));
  for (let i = 0; i < watchers; i += 1) {
    const user = `user-${i}`;
    const shard = shardOf(user, shards);
    const counted = inShard[shard];
    if (!counted) continue;
    counted.watchers += 1;
    counted.bytes += subscriptionBytes(user, shard);
  }
  const bodies = roomPosts({ tenant, conversationId, shards }, [delivery]);
  const batches = grouped(bodies, { bytes: largestMessage, count: messagesToABatch });
  const frames = packed([JSON.stringify(delivery.frame)]);
  const posts = watchers * frames.reduce((sum, frame) => sum + Math.ceil(Buffer.byteLength(frame) / 32_768), 0);
  // A strongly consistent read is a unit for each 4 KB of what the whole query reads.
  const shardReads = inShard.reduce((sum, { bytes }) => sum + Math.max(1, Math.ceil(bytes / 4_096)), 0);
  const readUnits = send.readUnits + fanOut.readUnits + shardReads;
  const writeUnits = send.writeUnits + fanOut.writeUnits;

  const { postMs, cpuMsOfPost, postsAtOnce, workerGigabytes, otherFunctionMs } = assumptions;
  const workerMs = (count: number) => count * Math.max(postMs / postsAtOnce, cpuMsOfPost);
  const seconds = (workerMs(posts) + 2 * otherFunctionMs) / 1_000;
  const invocations = bodies.length + 2;
  const sent = batches.reduce((sum, some) => sum + Math.ceil(Buffer.byteLength(some.join('')) / 65_536), 0);
  // Lambda receives and deletes each message.
  const queueRequests = sent + 2 * bodies.length;
  const largestShard = Math.max(...inShard.map((one) => one.watchers));
  return {
    members,
    watchers,
    shards,
    largestShard,
    queueMessages: bodies.length,
    queueBatches: batches.length,
    invocations,
    posts,
    readUnits,
    writeUnits,
    largestShardMs: workerMs(largestShard),
    dollars: {
      posts: posts * prices.post,
      functions: invocations * prices.invocation + seconds * workerGigabytes * prices.gigabyteSecond,
      queue: queueRequests * prices.queueRequest,
      table: readUnits * prices.readUnit + writeUnits * prices.writeUnit,
    },
  };
};
