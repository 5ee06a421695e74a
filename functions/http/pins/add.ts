/** An admin pins a message for everybody. Safe to repeat. */
import { pinsAdd } from '../../../shared/protocol/routes/pins.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const addPin = ({ pins }: Pick<Deps, 'pins'>) =>
  onRequest(pinsAdd, ({ params, caller }) => pins.add(caller, params.messageId));

export const handler = live(addPin);
