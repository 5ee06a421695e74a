/** The process of the local cloud. */
import { summarise } from '../../infra/local/aws/meter.ts';
import { type Cloud, startCloud } from '../../infra/local/cloud.ts';
import { setPresence } from '../support/presence.ts';
import { enlargeRoom } from './rooms/enlarge.ts';
import { serve } from './serve.ts';

let cloud: Cloud | undefined;

const running = (): Cloud => {
  if (!cloud) throw new Error('The cloud has not started.');
  return cloud;
};

const handlers = {
  start: async (assembly: string): Promise<{ apiUrl: string; webSocketUrl: string }> => {
    cloud = await startCloud({ assembly, unfed: ['notify', 'webhook-dispatch'] });
    // Nobody is taken to have vanished: the crowd sends no heartbeats.
    setPresence(cloud, { lifeSeconds: 900, awayLifeSeconds: 900, pauseSeconds: 1 });
    const { apiUrl, webSocketUrl } = cloud;
    return { apiUrl, webSocketUrl };
  },
  tokenOf: (user: string): Promise<string> => running().issueToken({ user, tenant: 'bench', roles: ['member'] }),
  settled: (): Promise<void> => running().settled(),
  /** Lets further users into a room, past all doors, until it has so many members. @returns its shards */
  enlarge: (room: string, members: number): Promise<number> => enlargeRoom(running(), 'bench', room, members),
  countAnew: (): void => running().meter.reset(),
  /** Of telling large rooms, since it was last counted anew. */
  roomCosts: () => {
    const fanOut = running().meter.calls({ function: 'Stream/fanout' });
    const workers = running().meter.calls({ function: 'Queue/room-fanout' });
    return {
      queueBatches: fanOut.filter(({ action }) => action === 'sqs:SendMessageBatch').length,
      workerRuns: workers.filter(({ action }) => action === 'dynamodb:Query').length,
      readUnits: summarise([...fanOut, ...workers]).readUnits,
      memberQueries: fanOut.filter(({ action }) => action === 'dynamodb:Query').length,
    };
  },
  /** Of the whole process, all function instances included, and of what the gateway's own thread holds. */
  memory: (): { processBytes: number; gatewayBytes: number } => {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { processBytes: rss, gatewayBytes: heapUsed + external };
  },
};
export type CloudHandlers = typeof handlers;

serve(handlers, () => cloud?.stop());
