import { Problem } from '../protocol/errors.ts';
import { addressesOf, RefusedAddress, type Resolve, readAddress } from './webhook-addresses.ts';

const patienceMs = 3_000;

/** @throws Problem `invalid_request` for an address that nothing may be sent to, and for a host that cannot be found */
export const requireReachable = async (
  address: string,
  { allowLocal, resolve }: { allowLocal: boolean; resolve: Resolve },
): Promise<void> => {
  const refused = (message: string) => new Problem('invalid_request', { errors: [{ path: 'url', message }] });
  const inTime: Resolve = (host) =>
    Promise.race([
      resolve(host),
      new Promise<never>((_, reject) => {
        AbortSignal.timeout(patienceMs).addEventListener('abort', () => reject(new Error('The name service is slow.')));
      }),
    ]);
  try {
    await addressesOf(readAddress(address, { allowLocal }), { allowLocal, resolve: inTime });
  } catch (error) {
    throw refused(error instanceof RefusedAddress ? error.message : 'must name a host that can be found');
  }
};
