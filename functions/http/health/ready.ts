/** Whether the table answers too. */
import { isReachable } from '../../../shared/data/table.ts';
import { Problem } from '../../../shared/protocol/errors.ts';
import { healthReady } from '../../../shared/protocol/routes/service.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onPublicRequest } from '../../../shared/runtime/http.ts';

export const ready = ({ table }: Pick<Deps, 'table'>) =>
  onPublicRequest(healthReady, async () => {
    if (!(await isReachable(table))) throw new Problem('unavailable');
    return { status: 'ok' as const };
  });

export const handler = live(ready);
