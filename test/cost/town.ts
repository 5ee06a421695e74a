/** A local cloud of a stage like `prod`, whose meters are read. */
import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import { startCloud } from '../../infra/local/cloud.ts';
import type { BusEvent } from '../../infra/local/events/bus-entry.ts';
import type { MeteredCall, PlatformUse } from '../../infra/local/ports.ts';
import { projectInputs, synthesize } from '../../infra/local/synth.ts';
import { publicSource } from '../../shared/protocol/event-sources.ts';
import { type Client, connect } from './client.ts';
import type { Seen } from './ledger.ts';

export interface Town {
  /** So many users, each with an open socket. */
  people(count: number): Promise<Client[]>;
  /** Somebody new, who may come as often as they like. */
  newcomer(): { comes(): Promise<Client> };
  /** Everything that AWS would bill for, from now until nothing is on its way any more. */
  seen(run: () => Promise<void>): Promise<Seen>;
  /** What it takes is left out of what is being seen. */
  aside(run: () => Promise<unknown>): Promise<void>;
  settled(): Promise<void>;
  leaves(): Promise<void>;
}

/** Each instance of a function has to start first. */
const atOnce = 8;

/** Settings as in `prod`, with room for large groups, no limit of messages, and a presence that outlives the run. */
const settings = 'test/cost/stage.json';

export const costAssembly = (): Promise<string> =>
  synthesize({ inputs: [...projectInputs, settings], context: { stage: 'local', settings } });

export const openTown = async (assembly: string): Promise<Town> => {
  const uses: PlatformUse[] = [];
  const events: Seen['events'][number][] = [];
  const lines: number[] = [];
  const calls: MeteredCall[] = [];
  const cloud = await startCloud({
    assembly,
    onUse: (use) => uses.push(use),
    onLog: ({ text }) => lines.push(Buffer.byteLength(text)),
    onEvent: (event: BusEvent) =>
      events.push({ bytes: Buffer.byteLength(JSON.stringify(event.detail)), isPublic: event.source === publicSource }),
  });
  const newcomer = () => {
    // As long as ids usually are.
    const user = randomUUID();
    return {
      comes: async () => connect(cloud, user, await cloud.issueToken({ user, tenant: 'cost', roles: ['member'] })),
    };
  };
  return {
    newcomer,
    people: async (count) => {
      const clients = await pMap(
        Array.from({ length: count }, () => newcomer()),
        (one) => one.comes(),
        {
          concurrency: atOnce,
        },
      );
      await cloud.settled();
      return clients;
    },
    seen: async (run) => {
      await cloud.settled();
      cloud.meter.reset();
      for (const kept of [calls, uses, events, lines]) kept.length = 0;
      await run();
      await cloud.settled();
      calls.push(...cloud.meter.calls());
      return { calls: [...calls], uses: [...uses], events: [...events], lines: [...lines] };
    },
    aside: async (run) => {
      await cloud.settled();
      calls.push(...cloud.meter.calls());
      const before = [uses, events, lines].map((kept) => [kept, kept.length] as const);
      await run();
      await cloud.settled();
      cloud.meter.reset();
      for (const [kept, length] of before) kept.length = length;
    },
    settled: cloud.settled,
    leaves: cloud.stop,
  };
};
