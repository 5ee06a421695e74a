/** No more pushes go to a device of the caller. Safe to repeat. */
import { devicesRemove } from '../../../shared/protocol/routes/devices.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const removeDevice = ({ devices }: Pick<Deps, 'devices'>) =>
  onRequest(devicesRemove, ({ params, caller }) => devices.remove(caller, params.deviceId));

export const handler = live(removeDevice);
