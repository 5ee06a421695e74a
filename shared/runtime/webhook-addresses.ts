/** Where webhooks may lead: to the public internet alone, so that nobody reaches what only our own functions should. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface HostAddress {
  address: string;
  family: 4 | 6;
}

/** A host's addresses. @throws where it has none */
export type Resolve = (host: string) => Promise<HostAddress[]>;

export const resolveByDns: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));

/** What an address must not be, in words of which its name reads well in front. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

/** The part of IPv6 that is given out as public addresses. Translations of IPv4 addresses are outside, or named by their class. */
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');

/**
 * Whether it is an address of the public internet. Everything else is refused: private, loopback, link-local with the metadata
 * services, multicast, shared, reserved and unspecified ones, and IPv6 addresses that stand for an IPv4 address.
 */
export const isPublicAddress = (address: string): boolean => {
  if (!isIP(address)) return false;
  const parsed = ipaddr.parse(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || publicV6.check(parsed.toString(), 'ipv6'));
};

const firstFreePort = 1_024;

/** Names that mean something only inside a network: without a dot, or of a domain that no public name is in. */
const isInnerName = (host: string): boolean =>
  !host.includes('.') || /\.(localhost|local|internal|intranet|lan|home|corp|arpa)$/.test(host);

/**
 * What can be said of an address before its host is looked up. Spelled as a browser would: `http://2130706433` is 127.0.0.1.
 * @throws RefusedAddress
 */
export const readAddress = (text: string, { allowLocal }: { allowLocal: boolean }): URL => {
  const url = URL.parse(text);
  if (!url) throw new RefusedAddress('is not a URL');
  if (url.protocol !== 'https:' && !(allowLocal && url.protocol === 'http:'))
    throw new RefusedAddress('must use https');
  if (url.username || url.password) throw new RefusedAddress('must not hold a user name or a password');
  if (text.includes('#')) throw new RefusedAddress('must not hold a fragment');
  if (allowLocal) return url;
  const port = url.port === '' ? 443 : Number(url.port);
  if (port !== 443 && port < firstFreePort)
    throw new RefusedAddress(`must use port 443 or one above ${firstFreePort - 1}`);
  const host = hostOf(url);
  if (isIP(host) ? !isPublicAddress(host) : isInnerName(host)) throw notPublic();
  return url;
};

const notPublic = () => new RefusedAddress('must lead to public addresses alone');

/** Without what is around an IPv6 address, and without the dot of a name that is complete. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/**
 * The addresses that a connection may be made to, each of them checked: whoever connects must use these, and not look the name up
 * again, when it might lead elsewhere.
 * @throws RefusedAddress where any of them is not public; what `resolve` throws
 */
export const addressesOf = async (
  url: URL,
  { allowLocal, resolve }: { allowLocal: boolean; resolve: Resolve },
): Promise<HostAddress[]> => {
  const host = hostOf(url);
  const family = isIP(host);
  const addresses = family
    ? [{ address: host, family: family === 6 ? (6 as const) : (4 as const) }]
    : await resolve(host);
  if (addresses.length === 0 || !(allowLocal || addresses.every(({ address }) => isPublicAddress(address)))) {
    throw notPublic();
  }
  return addresses;
};
