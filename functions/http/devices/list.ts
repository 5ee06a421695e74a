/** The caller’s devices that pushes go to. */
import { devicesList } from '../../../shared/protocol/routes/devices.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const listDevices = ({ devices }: Pick<Deps, 'devices'>) =>
  onRequest(devicesList, async ({ caller }) => ({ devices: await devices.list(caller) }));

export const handler = live(listDevices);
