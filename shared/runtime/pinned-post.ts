/** One request to an address that a tenant chose: to what was checked and to nothing else, without following where it points. */
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { addressesOf, type HostAddress, type Resolve, readAddress } from './webhook-addresses.ts';

interface Outgoing {
  body: string;
  headers: Record<string, string>;
  /** Ends it, the search for its host included. */
  signal: AbortSignal;
  /** Whether it may lead to this machine and its network, and be plain http. */
  allowLocal: boolean;
  resolve: Resolve;
}

/** @throws RefusedAddress where it must not lead, and whatever fails on the way */
export const postPinned = async (
  address: string,
  { signal, allowLocal, resolve, ...what }: Outgoing,
): Promise<IncomingMessage> => {
  const url = readAddress(address, { allowLocal });
  const addresses = await within(signal, addressesOf(url, { allowLocal, resolve }));
  return answerOf(url, addresses, { ...what, signal });
};

const within = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);

/** Says the addresses that were checked, whatever the name leads to by now. */
const pinnedTo =
  (addresses: HostAddress[]): LookupFunction =>
  (_, { all }, done) => {
    const [first] = addresses;
    if (all) done(null, addresses);
    else done(null, first?.address ?? '', first?.family);
  };

const answerOf = (
  url: URL,
  addresses: HostAddress[],
  { body, headers, signal }: { body: string; headers: Record<string, string>; signal: AbortSignal },
): Promise<IncomingMessage> =>
  new Promise((answer, fail) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const outgoing = request(url, {
      method: 'POST',
      // A connection of its own: one that is kept would be to an address that was checked some time ago.
      agent: false,
      lookup: pinnedTo(addresses),
      signal,
      headers: {
        ...headers,
        'content-length': Buffer.byteLength(body),
        'accept-encoding': 'identity',
        connection: 'close',
      },
    });
    outgoing.once('response', answer);
    // Stays, so that what fails once the answer is there ends in no exception.
    outgoing.on('error', fail);
    outgoing.end(body);
  });
