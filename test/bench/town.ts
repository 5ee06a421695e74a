/** A cloud, and a crowd of clients that is connected to it. */
import pMap from 'p-map';
import { synthesize } from '../../infra/local/synth.ts';
import type { CloudHandlers } from './cloud-process.ts';
import type { CrowdHandlers } from './crowd/process.ts';
import { type Remote, remote } from './remote.ts';

export interface Town {
  cloud: Remote<CloudHandlers>;
  crowd: Remote<CrowdHandlers>;
  doors: { apiUrl: string; webSocketUrl: string };
  /** Opens so many connections, each of a user of its own. @returns what each took, and all together */
  fill(connections: number): Promise<{ eachMs: number[]; allMs: number }>;
}

/** As many at a time as a front door might see at a busy moment. */
const openedAtOnce = 32;

/** Gives `use` a town of its own, which is gone afterwards. */
export const inATown = async <T>(use: (town: Town) => Promise<T>): Promise<T> => {
  const assembly = await synthesize();
  const cloud = remote<CloudHandlers>(new URL('./cloud-process.ts', import.meta.url), ['--expose-gc']);
  const crowd = remote<CrowdHandlers>(new URL('./crowd/process.ts', import.meta.url));
  let users = 0;
  try {
    const doors = await cloud.start(assembly);
    return await use({
      cloud,
      crowd,
      doors,
      fill: async (connections) => {
        const names = Array.from({ length: connections }, (_, i) => `user-${users + i}`);
        users += connections;
        const tickets = await pMap(names, async (user) => ({ user, token: await cloud.tokenOf(user) }), {
          concurrency: 16,
        });
        const begun = performance.now();
        const eachMs = await crowd.open(doors, tickets, openedAtOnce);
        return { eachMs, allMs: performance.now() - begun };
      },
    });
  } finally {
    await Promise.all([crowd.leave(), cloud.leave()]);
  }
};
