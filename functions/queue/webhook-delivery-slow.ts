/** Posts an event again, or to an endpoint that failed or was slow lately: behind a queue of its own, so that nobody else waits for it. */
import { live } from '../../shared/runtime/webhook-deps.ts';
import { liveAttempts, onLane } from '../../shared/runtime/webhook-worker.ts';

export const handler = live((deps) => onLane('slow', liveAttempts(deps)));
