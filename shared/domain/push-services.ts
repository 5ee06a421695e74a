/** On the developer's own machine, where a push service speaks plain http. */
const ownMachine = new Set(['localhost', '127.0.0.1']);

/**
 * Whether web pushes may go to an address, which comes from whoever registers a device: to the hosts that are named and no others, so that
 * nobody makes this service call an address of their choosing.
 * @param hosts such as `fcm.googleapis.com` or `*.push.apple.com`
 */
export const isPushService = (endpoint: string, hosts: readonly string[]): boolean => {
  const url = URL.parse(endpoint);
  if (url === null || url.username !== '' || url.password !== '') return false;
  const { hostname, protocol, port } = url;
  const isKnown = hosts.some((host) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host));
  if (!isKnown) return false;
  return ownMachine.has(hostname) || (protocol === 'https:' && port === '');
};
