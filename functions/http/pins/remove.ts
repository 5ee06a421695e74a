/** An admin takes a pin off a message. Safe to repeat. */
import { pinsRemove } from '../../../shared/protocol/routes/pins.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const removePin = ({ pins }: Pick<Deps, 'pins'>) =>
  onRequest(pinsRemove, ({ params, caller }) => pins.remove(caller, params.messageId));

export const handler = live(removePin);
