/** Posts as fan-out does: many frames at once, counted by the CPU time that this process took, all its threads included. */
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import pMap from 'p-map';
import { createConnections } from '../../../shared/runtime/connections.ts';
import { serve } from '../serve.ts';

/** As many at once as shared/runtime/delivery.ts posts. */
const atOnce = 64;

type Post = (connectionId: string, frame: string) => Promise<unknown>;

/** Temporary credentials, as every function has them: their token is sent and signed with each request. */
const credentials = {
  accessKeyId: 'ASIABENCHMARK0000000',
  secretAccessKey: 'k'.repeat(40),
  sessionToken: 't'.repeat(700),
};
const region = 'us-east-1';

const own = (url: string): Post => {
  const connections = createConnections(url, {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
  return (connectionId, frame) => connections.post(connectionId, frame, { retries: 1, timeoutMs: 1_000 });
};

const sdk = (url: string): Post => {
  const client = new ApiGatewayManagementApiClient({
    endpoint: url,
    region,
    credentials,
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: atOnce } },
  });
  return (ConnectionId, frame) => client.send(new PostToConnectionCommand({ ConnectionId, Data: frame }));
};

const makers = { own, sdk };
export type PosterName = keyof typeof makers;

let post: Post = async () => undefined;
const connectionIds = Array.from({ length: 500 }, (_, i) => `L0SM9cOFvH${String(i).padStart(4, '0')}=`);
const frame = JSON.stringify({
  event: 'message.new',
  data: {
    id: 'c-01k9zq5x8v7m4t2n6b3r.42',
    conversationId: 'c-01k9zq5x8v7m4t2n6b3r',
    seq: 42,
    rev: 0,
    version: 1,
    status: 'sent',
    senderId: 'ada',
    clientMessageId: '0b7e7c3e-6f39-4c1f-9d0c-6d3a4f1f2f55',
    content: 'The quick brown fox jumps over the lazy dog, and the dog does not mind in the least.',
    contentType: 'text/plain',
    attachments: [],
    replyTo: null,
    createdAt: '2026-01-31T12:00:00.000Z',
    editedAt: null,
    deletedAt: null,
    deletedBy: null,
  },
});

const handlers = {
  be: (name: PosterName, url: string): void => {
    post = makers[name](url);
  },
  /** One frame to each of many connections. @returns posts for each second of CPU time */
  round: async (): Promise<number> => {
    const before = process.cpuUsage();
    await pMap(connectionIds, (id) => post(id, frame), { concurrency: atOnce });
    const { user, system } = process.cpuUsage(before);
    return connectionIds.length / ((user + system) / 1e6);
  },
};
export type PosterHandlers = typeof handlers;

serve(handlers);
