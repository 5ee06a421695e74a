/**
 * Posts again what could not be posted: until it arrives, its connection is certainly gone, or the queue gives up. A client that came
 * and vanished at once is certainly gone by its `$disconnect`, or by the third try: nobody is alarmed by it.
 * One connection that hangs does not hold up the others.
 */
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { addToLogContext } from '../../shared/runtime/logger.ts';
import { NotYet, onQueue } from '../../shared/runtime/queue.ts';
import { redelivery } from '../../shared/runtime/redelivery.ts';

const patience = { retries: 0, timeoutMs: 2_000 };

export const redeliver = ({ posting, presence }: Pick<Deps, 'posting' | 'presence'>) =>
  onQueue('redeliver', async (body) => {
    const { tenant, connection, frame } = redelivery.parse(body);
    addToLogContext({ tenant, user: connection.user, connectionId: connection.id });
    if (!(await presence.isListed(tenant, connection))) return;
    const fate = await posting.serve(tenant, connection, [frame], patience);
    if (fate === 'over') await presence.remove(tenant, connection.user, [connection.id]);
    else if (typeof fate === 'object') throw new NotYet('It could not be posted.');
  });

export const handler = live(redeliver);
