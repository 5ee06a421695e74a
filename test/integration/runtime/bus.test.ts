/** The publisher against a bus that refuses: over a real socket, in EventBridge's own words. */
import '../../support/lambda-environment.ts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context, DynamoDBStreamEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { messageItem } from '../../../shared/data/items.ts';
import { newMessage } from '../../../shared/domain/message.ts';
import { createBus } from '../../../shared/runtime/bus.ts';
import { createBusAudience } from '../../../shared/runtime/bus-audience.ts';

interface Entry {
  Source: string;
  DetailType: string;
  Detail: string;
}

/** The number of the message that an entry tells of. */
const seqOf = ({ Detail }: Entry): number => JSON.parse(Detail).data.message.seq;

/** Each request as the numbers that it told of. */
let asked: number[][] = [];
/** Says why an entry is refused, if it is. */
let refuses: (seq: number, attempt: number) => string | undefined = () => undefined;
let failsOutright: (request: number) => boolean = () => false;

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: Entry[] };
  const attemptOf = (seq: number) => asked.filter((seqs) => seqs.includes(seq)).length;
  asked.push(Entries.map(seqOf));
  const results = Entries.map((entry) => {
    const code = refuses(seqOf(entry), attemptOf(seqOf(entry)));
    return code ? { ErrorCode: code, ErrorMessage: 'refused' } : { EventId: `e-${seqOf(entry)}` };
  });
  const FailedEntryCount = results.filter((one) => 'ErrorCode' in one).length;
  const fails = failsOutright(asked.length);
  response.writeHead(fails ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(
    JSON.stringify(fails ? { __type: 'ValidationException', message: 'no' } : { FailedEntryCount, Entries: results }),
  );
});

let publishes: (numbers: readonly number[]) => Promise<unknown>;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new EventBridgeClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  // It makes a handler of its own as it is loaded, which asks for these.
  Object.assign(process.env, { BUS_NAME: 'parley-test', HEARD_EVENTS: '"everything"', TABLE_NAME: 'parley-test' });
  const { publisher } = await import('../../../functions/stream/publisher.ts');
  const audienceOf = createBusAudience({ heard: 'everything', webhooksOf: async () => [] });
  const handle = publisher({ bus: createBus('parley-test', client), audienceOf });
  publishes = (numbers) => handle(batchOf(numbers), { awsRequestId: 'r' } as Context);
});
beforeEach(() => {
  asked = [];
  refuses = () => undefined;
  failsOutright = () => false;
});
afterAll(() => {
  server.close();
});

const draft = {
  ...{ clientMessageId: 'c1', content: 'Hello!', contentType: 'text/plain' as const, attachments: [] },
  ...{ replyTo: null, threadId: null, inConversation: false },
};

/** New messages with these numbers, as the stream has them; their sequence numbers are the same. */
const batchOf = (numbers: readonly number[]) =>
  ({
    Records: numbers.map((seq) => {
      const item = messageItem('acme', newMessage(draft, 'g-0', seq, 'ada', new Date(0)), 1);
      const { PK, SK } = item;
      return {
        eventName: 'INSERT',
        dynamodb: { Keys: marshall({ PK, SK }), NewImage: marshall(item), SequenceNumber: String(seq) },
      };
    }),
  }) as unknown as DynamoDBStreamEvent;

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const everything = { batchItemFailures: [] };

it('puts ten at a time, in order', async () => {
  expect(await publishes(upTo(23))).toEqual(everything);
  expect(asked).toEqual([upTo(10), upTo(20).slice(10), [21, 22, 23]]);
});

it('puts again what is refused, that alone, and before what comes after it', async () => {
  refuses = (seq, attempt) =>
    [3, 7].includes(seq) && attempt <= (seq === 3 ? 1 : 2) ? 'ThrottlingException' : undefined;
  expect(await publishes(upTo(12))).toEqual(everything);
  expect(asked).toEqual([upTo(10), [3, 7], [7], [11, 12]]);
});

it('has what was taken not told again where something later is refused to the last', async () => {
  refuses = (seq) => (seq === 14 ? 'InternalFailure' : undefined);
  expect(await publishes(upTo(25))).toEqual({ batchItemFailures: [{ itemIdentifier: '14' }] });
  expect(asked.flat().filter((seq) => seq > 20)).toEqual([]);
});

it('fails as a whole where the first is refused, so that the batch is halved until that stands alone', async () => {
  refuses = (seq) => (seq === 1 ? 'MalformedDetail' : undefined);
  await expect(publishes([1, 2])).rejects.toThrow('The bus did not take every event.');
  expect(await publishes([2])).toEqual(everything);
  await expect(publishes([1])).rejects.toThrow();
});

it('goes on from the batch that a request failed with', async () => {
  failsOutright = (request) => request === 2;
  expect(await publishes(upTo(15))).toEqual({ batchItemFailures: [{ itemIdentifier: '11' }] });
  await expect(publishes([]).then(() => publishes([11]))).resolves.toEqual(everything);
});

it('asks the bus for nothing where there is nothing to tell', async () => {
  expect(await publishes([])).toEqual(everything);
  expect(asked).toEqual([]);
});
