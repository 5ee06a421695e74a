/** What calls cost in a world, for the tests that hold docs/budgets.md. */
import { type CallSummary, summarise } from '../../infra/local/aws/meter.ts';
import type { MeteredCall } from '../../infra/local/ports.ts';
import type { Person } from './person.ts';
import { createsGroup } from './room.ts';
import type { World } from './world.ts';

export const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** Each instance of a function has to start first. */
export const atATime = { concurrency: 4 };

export const isPost = ({ action }: MeteredCall) => action === 'execute-api:ManageConnections';

const senders = ['WebSocket/message-send', 'Http/messages-create'];
/** What an instance asks for a tenant once in two seconds, beside the first read of a send: no other query is that early. */
const isWebhookLook = ({ action, depth }: MeteredCall) => action === 'dynamodb:Query' && depth === 1;

export const figures = ({ roundTrips, readUnits, writeUnits }: CallSummary) => ({ roundTrips, readUnits, writeUnits });

export const budgetsIn = (world: World) => {
  const people = (n: number, name: string): Promise<Person[]> =>
    Promise.all(upTo(n).map((i) => world.person(`${name}-${i}`)));
  return {
    people,

    /** What the last run of a function cost, in a function that is warm and knows nothing of these callers. */
    costOf: (name: string): CallSummary => {
      const cost = world.cloud.meter.lastOf(name);
      if (!cost) throw new Error(`${name} made no call.`);
      return senders.includes(name) ? summarise(cost.calls.filter((call) => !isWebhookLook(call))) : cost;
    },

    /** A room whose senders leave delivery to the stream: there is no fast lane to tell apart. */
    aLargeRoom: async () => {
      const [ada, bob] = [await world.person('ada'), await world.person('bob')];
      const room = await createsGroup(ada, [bob, ...(await people(9, 'silent'))]);
      return { ada, bob, room };
    },
  };
};
