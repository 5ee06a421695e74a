/**
 * Posts an event to an endpoint that is doing well, for the first time. At least once, signed; what fails goes on in the slow lane.
 * One message at a time: an endpoint that takes its time holds up nobody else's.
 */
import { live } from '../../shared/runtime/webhook-deps.ts';
import { liveAttempts, onLane } from '../../shared/runtime/webhook-worker.ts';

export const handler = live((deps) => onLane('usual', liveAttempts(deps)));
