import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, inject } from 'vitest';
import { type Engine, startEngine } from '../../infra/local/engine/engine.ts';
import { readModel } from '../../infra/local/template/read-model.ts';
import { type Item, openTable, type Table } from '../../shared/data/table.ts';
import type { Clock } from '../../shared/domain/clock.ts';

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #ms: number;

  constructor(start = '2026-11-21T12:00:00.000Z') {
    this.#ms = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#ms);
  }

  forward({ ms = 0, seconds = 0, hours = 0, days = 0 }): void {
    this.#ms += ms + seconds * 1_000 + hours * 3_600_000 + days * 86_400_000;
  }
}

/** One call on its way to the engine; `input` is in plain values. */
export interface Call {
  /** `PutItem`, `TransactWriteItems` … */
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: an input is whatever its command takes
  input: any;
}

/** Stands between a caller and the engine: may fail before or after `pass`, or answer otherwise. */
export type Between = (call: Call, pass: (input?: unknown) => Promise<unknown>) => Promise<unknown>;

export interface TestTable {
  readonly table: Table;
  /** Starts anew for each test. */
  readonly clock: ManualClock;
  /** A tenant that no other test has. */
  readonly tenant: string;
  /** The table as another instance sees it, with somebody between it and the engine. */
  through(between: Between): Table;
  /** Every item of this test's tenant. */
  items(): Promise<Item[]>;
}

let tenants = 0;

/** The table of the stacks on a real engine, for the calling test file. */
export const aTable = (): TestTable => {
  let engine: Engine | undefined;
  let name = '';
  let table: Table | undefined;
  let clock = new ManualClock();
  let tenant = '';
  const clients: DynamoDBClient[] = [];

  const client = (): DynamoDBClient => {
    const one = new DynamoDBClient({
      ...(engine ? { endpoint: engine.endpoint } : {}),
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    clients.push(one);
    return one;
  };

  const open = (): Table => {
    if (!table) throw new Error('The engine has not started yet: ask for the table inside a test.');
    return table;
  };

  const through = (between: Between): Table => {
    const one = client();
    one.middlewareStack.add(
      (next, context) => async (args) => {
        const call = { name: String(context.commandName).replace(/Command$/, ''), input: args.input };
        // What passes last is what the client gets to know of the answer.
        let last: Awaited<ReturnType<typeof next>> | undefined;
        const output = await between(call, async (input = args.input) => {
          last = await next({ ...args, input: input as typeof args.input });
          return last.output;
        });
        return { ...last, response: last?.response, output: output as NonNullable<typeof last>['output'] };
      },
      { step: 'initialize', name: 'between' },
    );
    return openTable(name, one);
  };

  beforeAll(async () => {
    const { tables } = readModel(inject('assembly'));
    engine = await startEngine({ tables, onCrash: (message) => console.error(message) });
    name = String(tables[0]?.name);
    table = openTable(name, client());
  });
  beforeEach(() => {
    tenants += 1;
    tenant = `tenant-${tenants}`;
    clock = new ManualClock();
  });
  afterAll(async () => {
    for (const one of clients) one.destroy();
    await engine?.stop();
  });

  return {
    get table() {
      return open();
    },
    get clock() {
      return clock;
    },
    get tenant() {
      return tenant;
    },
    through,
    items: async () => {
      const { Items = [] } = await open().client.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
      return Items.filter((item) => String(item.PK).startsWith(`${tenant}#`));
    },
  };
};
