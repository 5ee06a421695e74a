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
const warmUp = 12;

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
      for (let round = -warmUp; round < (quick ? 5 : 40); round += 1) {
        for (const name of names) {
          const rate = await posters[name].round();
          if (round >= 0) result[name].push(rate);
        }
      }
      return result;
    } finally {
      await Promise.all([posters.own.leave(), posters.sdk.leave(), server.leave()]);
    }
  },

  section: ({ own, sdk }) => {
    const ratio = median(own) / median(sdk);
    return {
      title: 'Posts per CPU second',
      method:
        'In each round, one frame of about 450 bytes to each of 500 connections, 64 at once, over kept-alive plain HTTP to a server in ' +
        'another process. Each poster has a process of its own, whose whole CPU time counts, and they take turns; median of 40 rounds.',
      head: ['poster', 'posts per CPU second', 'half of the rounds', 'µs of CPU each', 'times the SDK'],
      rows: [
        ['`shared/runtime/connections.ts`', ...cells(own), ratio.toFixed(2)],
        ['`@aws-sdk/client-apigatewaymanagementapi`', ...cells(sdk), '1'],
      ],
      targets: [
        { wanted: `${target} times the SDK client's posts`, got: `${ratio.toFixed(2)} times`, met: ratio >= target },
      ],
    };
  },
};

const newPoster = () => remote<PosterHandlers>(new URL('../posts/poster.ts', import.meta.url));

const cells = (rates: readonly number[]): string[] => [
  whole(median(rates)),
  `${whole(quantile(rates, 0.25))} to ${whole(quantile(rates, 0.75))}`,
  whole(1e6 / median(rates)),
];
