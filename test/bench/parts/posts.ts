/** What posting to a connection costs, with our own poster and with the SDK's client. */
import { whole } from '../format.ts';
import type { Part } from '../part.ts';
import type { PosterHandlers, PosterName } from '../posts/poster.ts';
import type { ServerHandlers } from '../posts/server.ts';
import { type Remote, remote } from '../remote.ts';
import { median, quantile } from '../statistics.ts';

/** Posts per CPU second, a number for each round. */
type Result = Record<PosterName, number[]>;

const target = 3;

/** The first rounds are the compiler's. */
const warmUp = 3;

export const posts: Part<Result> = {
  name: 'posts',

  measure: async ({ quick }) => {
    const server = remote<ServerHandlers>(new URL('../posts/server.ts', import.meta.url));
    const posters: Record<PosterName, Remote<PosterHandlers>> = { own: newPoster(), sdk: newPoster() };
    const result: Result = { own: [], sdk: [] };
    try {
      const url = `http://127.0.0.1:${await server.listen()}/ws`;
      const names = Object.keys(posters) as PosterName[];
      for (const name of names) await posters[name].be(name, url);
      for (let round = -warmUp; round < (quick ? 1 : 9); round += 1) {
        for (const name of names) {
          const rate = await posters[name].round();
          if (round >= 0) result[name].push(rate);
        }
      }
      return result;
    } finally {
      await Promise.all([posters.own.leave(), posters.sdk.leave()]);
      await server.leave();
    }
  },

  section: ({ own, sdk }) => {
    const ratio = median(own) / median(sdk);
    return {
      title: 'Posts per CPU second',
      method:
        'One frame of about 400 bytes to each of 2,000 connections, 64 at once, over kept-alive plain HTTP to a server in another ' +
        'process. Each poster has a process of its own, whose whole CPU time counts, and they take turns; median of the rounds.',
      head: ['poster', 'posts per CPU second', 'slowest and fastest round', 'µs of CPU each', 'times the SDK'],
      rows: [
        ['`shared/runtime/connections.ts`', ...cells(own), ratio.toFixed(1)],
        ['`@aws-sdk/client-apigatewaymanagementapi`', ...cells(sdk), '1.0'],
      ],
      targets: [
        { wanted: `${target} times the SDK client's posts`, got: `${ratio.toFixed(1)} times`, met: ratio >= target },
      ],
    };
  },
};

const newPoster = () => remote<PosterHandlers>(new URL('../posts/poster.ts', import.meta.url));

const cells = (rates: readonly number[]): string[] => [
  whole(median(rates)),
  `${whole(quantile(rates, 0))} to ${whole(quantile(rates, 1))}`,
  whole(1e6 / median(rates)),
];
