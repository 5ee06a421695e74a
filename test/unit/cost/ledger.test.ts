import { describe, expect, it } from 'vitest';
import type { MeteredCall } from '../../../infra/local/ports.ts';
import { billOf, unitsOf, usdOf } from '../../cost/bill.ts';
import { gbSecondsOf } from '../../cost/duration.ts';
import { goalOf } from '../../cost/goals.ts';
import { type Seen, usageOf } from '../../cost/ledger.ts';
import { idleMonth, monthOfThousand } from '../../cost/month.ts';
import { naiveMessage, naiveReceipts } from '../../cost/naive.ts';
import { stepsOfMessage } from '../../cost/steps.ts';

const call = (action: string, more: Partial<MeteredCall> = {}): MeteredCall => ({
  function: 'WebSocket/message-send',
  invocation: 'i1',
  sequence: 1,
  depth: 1,
  action,
  resources: [],
  startedAt: 0,
  endedAt: 1,
  requestBytes: 500,
  responseBytes: 100,
  status: 200,
  error: undefined,
  readUnits: 0,
  writeUnits: 0,
  ...more,
});

const seen = (more: Partial<Seen>): Seen => ({ calls: [], uses: [], events: [], lines: [], ...more });

describe('what was used', () => {
  it('is the capacity that DynamoDB says', () => {
    const calls = [
      call('dynamodb:BatchGetItem', { readUnits: 2 }),
      call('dynamodb:PutItem', { writeUnits: 1 }),
      call('dynamodb:UpdateItem', { writeUnits: 2 }),
    ];
    expect(usageOf(seen({ calls }))).toEqual({ readUnit: 2, writeUnit: 3 });
  });

  it('is a message for each frame, answer and post, by 32 KB; whoever is gone costs none', () => {
    const calls = [
      call('execute-api:ManageConnections', { requestBytes: 33 * 1024 }),
      call('execute-api:ManageConnections', { status: 410 }),
    ];
    const uses = [{ kind: 'frame', bytes: 200 } as const, { kind: 'frame', bytes: 100 } as const];
    expect(usageOf(seen({ calls, uses }))).toEqual({ webSocketMessage: 4 });
  });

  it('is a request of a queue for each call of a function, a rule and an event source, by 64 KB', () => {
    const calls = [call('sqs:SendMessageBatch', { requestBytes: 65 * 1024 })];
    const uses = [{ kind: 'queue', queue: 'q', bytes: 0 } as const];
    expect(usageOf(seen({ calls, uses }))).toEqual({ queueRequest: 3 });
  });

  it('is each event by 64 KB, and what is public of them in the archive', () => {
    const events = [
      { bytes: 70 * 1024, isPublic: false },
      { bytes: 1_000, isPublic: true },
    ];
    expect(usageOf(seen({ events }))).toEqual({ busEvent: 3, archivedGb: 1_000 / 1e9 });
  });

  it('is an invocation with the lines that the platform writes around it', () => {
    const uses = [{ kind: 'invocation', function: 'f', invocation: 'i1', memoryMb: 1_024, cpuMs: 2 } as const];
    const usage = usageOf(seen({ uses, lines: [100] }));
    expect(usage).toMatchObject({ lambdaRequest: 1 });
    expect((usage.logGb ?? 0) * 1e9).toBeCloseTo(312 + 3 * 26 + 126);
  });
});

describe('how long an invocation is billed for', () => {
  const usual = { memoryMb: 1_769, cpuMs: 4, calls: [] };

  it('is the slowest of the calls that were made side by side, for each round trip', () => {
    const calls = [
      call('dynamodb:PutItem', { depth: 1 }),
      call('dynamodb:BatchGetItem', { depth: 1 }),
      call('execute-api:ManageConnections', { depth: 2 }),
    ];
    const waiting = gbSecondsOf({ ...usual, calls }) - gbSecondsOf(usual);
    expect(waiting).toBeCloseTo(((7 + 15) / 1_000) * (1_769 / 1_024));
  });

  it('is longer for the processor’s part where less memory buys less of it', () => {
    const ms = (memoryMb: number) => (gbSecondsOf({ ...usual, memoryMb }) * 1_024 * 1_000) / memoryMb;
    expect(ms(1_769 / 2) - ms(1_769)).toBeCloseTo(4);
    expect(ms(3_538)).toBeCloseTo(ms(1_769));
  });

  it('follows how fast AWS is', () => {
    const calls = [call('dynamodb:PutItem')];
    const of = (factor: number) => gbSecondsOf({ ...usual, calls }, { factor });
    expect(of(2) - of(1)).toBeCloseTo((5 / 1_000) * (1_769 / 1_024));
  });
});

describe('dollars', () => {
  it('are by service, the dearest first', () => {
    const bill = billOf({ webSocketMessage: 3_000_000, writeUnit: 4_000_000, readUnit: 2_000_000 });
    expect(bill.services).toEqual([
      { service: 'API Gateway', usd: 3 },
      { service: 'DynamoDB', usd: 2.75 },
    ]);
    expect(bill.total).toBeCloseTo(5.75);
  });

  it('of a goal leave logs out', () => {
    expect(goalOf('messages', 7, { webSocketMessage: 7_000_000, logGb: 10 })).toMatchObject({ got: 7, met: true });
    expect(goalOf('messages', 7, { webSocketMessage: 7_000_001 })).toMatchObject({ met: false });
  });

  it('of done one by one grow with each recipient, and receipts with their square', () => {
    expect(naiveMessage(10)).toMatchObject({ webSocketMessage: 12, writeUnit: 12, lambdaRequest: 2 });
    expect(naiveReceipts(10)).toMatchObject({ webSocketMessage: 240, writeUnit: 20, lambdaRequest: 20 });
  });

  it('of a message’s steps have the fast lane’s where few are listening, and no time', () => {
    expect(stepsOfMessage(1)).toEqual({ webSocketMessage: 3, readUnit: 4.5, writeUnit: 3, lambdaRequest: 2 });
    expect(stepsOfMessage(10)).toEqual({ webSocketMessage: 12, readUnit: 7, writeUnit: 3, lambdaRequest: 2 });
  });

  it('of a month are what a thousand users do on each of its days, and their open sockets', () => {
    const usage = monthOfThousand((name) => (name === 'heartbeat' ? { writeUnit: 1 } : {}));
    expect(usage).toEqual({ connectionMinute: 600 * 22_000, writeUnit: 576 * 22_000 });
  });

  it('of a stage that nobody uses are what watches it, its keys and secrets, the polling of its queues and the canary', () => {
    const stage = { alarms: 10, metrics: 20, dashboards: 1, keys: 1, secrets: 2, queues: 1, canaries: 1 };
    const rows = idleMonth(stage, (name) => (name === 'visit' ? { writeUnit: 10 } : {}));
    expect(rows.map(({ usage }) => Number(usdOf(usage).toFixed(2)))).toEqual([1, 6, 3, 1, 0.8, 0.26, 0.81]);
    expect(
      idleMonth({ ...stage, canaries: 0 }, () => ({}))
        .map(({ usage }) => usdOf(usage))
        .at(-1),
    ).toBe(0);
  });
});

it('AWS counts begun units, and one at least', () => {
  expect([0, 1, 32 * 1024, 32 * 1024 + 1].map((bytes) => unitsOf(bytes, 32))).toEqual([1, 1, 1, 2]);
});
