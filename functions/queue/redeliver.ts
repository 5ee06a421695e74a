/** Posts again what could not be posted: until it arrives, its connection is gone, or the queue gives up. */
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { onQueue } from '../../shared/runtime/queue.ts';
import { redelivery } from '../../shared/runtime/redelivery.ts';

export const redeliver = ({ connections, presence }: Pick<Deps, 'connections' | 'presence'>) =>
  onQueue('redeliver', async (body) => {
    const { tenant, connection, frame } = redelivery.parse(body);
    const outcome = await connections.post(connection.id, frame);
    if (outcome === 'gone') await presence.remove(tenant, connection.user, [connection.id]);
  });

export const handler = live(redeliver);
