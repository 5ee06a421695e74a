import * as z from 'zod';
import { device, deviceId, deviceRegistration, mostDevices } from '../device.ts';
import { route } from '../route.ts';

export const devicesRegister = route({
  name: 'devices/register',
  method: 'POST',
  paths: ['/api/me/devices'],
  summary: `Let pushes go to this device, one of ${mostDevices} at most. Register it at each start of the app: safe to repeat. A device that another user registered before is yours from now on.`,
  access: 'token',
  body: deviceRegistration,
  status: 200,
  answer: device,
  errors: ['forbidden', 'too_many_devices'],
});

export const devicesList = route({
  name: 'devices/list',
  method: 'GET',
  paths: ['/api/me/devices'],
  summary: 'Your devices that pushes go to, the one registered last first.',
  access: 'token',
  status: 200,
  answer: z.object({ devices: z.array(device) }).meta({ id: 'DeviceList' }),
  errors: ['forbidden'],
});

export const devicesRemove = route({
  name: 'devices/remove',
  method: 'DELETE',
  paths: ['/api/me/devices/{deviceId}'],
  summary: 'Let no more pushes go to this device, as an app does when its user logs out. Safe to repeat.',
  access: 'token',
  params: z.strictObject({ deviceId }),
  status: 204,
  errors: ['forbidden'],
});

export const devicesVapidKey = route({
  name: 'devices/vapid-key',
  method: 'GET',
  paths: ['/api/push/vapid-key'],
  summary:
    'The key that a web page subscribes with, as `applicationServerKey`. It stays the same. `not_found` where the server sends no web pushes.',
  access: 'token',
  status: 200,
  answer: z
    .object({ publicKey: z.string().meta({ description: 'An uncompressed P-256 point as base64url.' }) })
    .meta({ id: 'VapidKey' }),
  errors: ['not_found'],
});
