import { join } from 'node:path';
import { createIdentityProvider, type IdentityProvider } from '../local/identity/provider.ts';
import { endpointIssuer } from './endpoint.ts';

export const endpointKeyFile = join(import.meta.dirname, '../../.parley/endpoint-keys.json');

/** Signs the tokens that are good at the endpoint. Its key stays on this machine, where the next deployment finds it again. */
export const endpointIdentity = (): Promise<IdentityProvider> =>
  createIdentityProvider({ issuer: endpointIssuer, keyFile: endpointKeyFile });
