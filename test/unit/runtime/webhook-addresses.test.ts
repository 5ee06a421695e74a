/** Server-side request forgery: what somebody may write, or let a name lead to, in order to reach what only our functions should. */
import { describe, expect, it } from 'vitest';
import {
  addressesOf,
  isPublicAddress,
  RefusedAddress,
  readAddress,
} from '../../../shared/runtime/webhook-addresses.ts';
import { requireReachable } from '../../../shared/runtime/webhook-registration.ts';

const abroad = { allowLocal: false };
const refusal = (url: string, options = abroad): string | undefined => {
  try {
    readAddress(url, options);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedAddress) return error.message;
    throw error;
  }
};

const notPublic: Record<string, string[]> = {
  private: ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fd12:3456::1'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  'link-local': ['169.254.0.1', 'fe80::1', 'febf::1'],
  metadata: ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254', '100.100.100.200', '192.0.0.192'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  broadcast: ['255.255.255.255'],
  'shared (CGNAT)': ['100.64.0.1', '100.127.255.255'],
  reserved: ['240.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '192.88.99.1', '2001:db8::1'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a9fe:a9fe'],
  'IPv4-compatible': ['::127.0.0.1', '::8.8.8.8'],
  'IPv4-translated': ['::ffff:0:127.0.0.1'],
  NAT64: ['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1'],
  '6to4': ['2002:7f00:1::', '2002:a9fe:a9fe::1'],
  Teredo: ['2001:0:1::1'],
  'site-local': ['fec0::1'],
  'discard-only': ['100::1'],
};

describe.each(Object.entries(notPublic))('%s addresses', (_, addresses) => {
  it.each(addresses)('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(addresses)('%s is refused as a host, and where a name leads to it', async (address) => {
    const host = address.includes(':') ? `[${address}]` : address;
    expect(refusal(`https://${host}/`)).toBe('must lead to public addresses alone');
    const resolve = async () => [
      { address: '93.184.215.14', family: 4 as const },
      { address, family: address.includes(':') ? (6 as const) : (4 as const) },
    ];
    await expect(addressesOf(new URL('https://hooks.example.com'), { ...abroad, resolve })).rejects.toThrow(
      RefusedAddress,
    );
  });
});

it.each([
  '93.184.215.14',
  '8.8.8.8',
  '1.1.1.1',
  '172.15.0.1',
  '172.32.0.1',
  '100.63.0.1',
  '2606:4700::1111',
  '2a00:1450::1',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

it.each([
  ['decimal', 'https://2130706433/'],
  ['decimal, the metadata service', 'https://2852039166/'],
  ['octal', 'https://0177.0.0.1/'],
  ['octal, one number', 'https://017700000001/'],
  ['hexadecimal', 'https://0x7f.0x0.0x0.0x1/'],
  ['hexadecimal, one number', 'https://0x7f000001/'],
  ['of two parts', 'https://127.1/'],
  ['of three parts', 'https://169.254.43518/'],
  ['mixed', 'https://0xa9.254.0251.254/'],
  ['full-width', 'https://１２７.０.０.１/'],
  ['with other dots', 'https://127。0。0。1/'],
  ['with a dot at the end', 'https://127.0.0.1./'],
  ['percent-encoded', 'https://%31%32%37.0.0.1/'],
  ['IPv6 written out', 'https://[0:0:0:0:0:0:0:1]/'],
  ['IPv4-mapped', 'https://[::ffff:127.0.0.1]/'],
  ['IPv4-mapped, hexadecimal', 'https://[::ffff:7f00:1]/'],
])('an address that is spelled otherwise is refused: %s', (_, url) => {
  expect(refusal(url)).toBe('must lead to public addresses alone');
});

it.each([
  'localhost',
  'LOCALHOST',
  'api.localhost',
  'db.internal',
  'metadata.google.internal',
  'printer.local',
  'intranet',
  'router.lan',
  '1.0.0.127.in-addr.arpa',
])('the inner name %s is refused without being looked up', (host) => {
  expect(refusal(`https://${host}/`)).toBe('must lead to public addresses alone');
  expect(refusal(`https://${host}./`)).toBe('must lead to public addresses alone');
});

it.each([
  ['http://hooks.example.com/', 'must use https'],
  ['ftp://hooks.example.com/', 'must use https'],
  ['file:///etc/passwd', 'must use https'],
  ['gopher://hooks.example.com/', 'must use https'],
  ['javascript:alert(1)', 'must use https'],
  ['hooks.example.com/parley', 'is not a URL'],
  ['https://', 'is not a URL'],
  ['https://999.1.1.1/', 'is not a URL'],
  ['https://user@hooks.example.com/', 'must not hold a user name or a password'],
  ['https://user:secret@hooks.example.com/', 'must not hold a user name or a password'],
  ['https://8.8.8.8@127.0.0.1/', 'must not hold a user name or a password'],
  ['https://hooks.example.com/#part', 'must not hold a fragment'],
  ['https://hooks.example.com:80/', 'must use port 443 or one above 1023'],
  ['https://hooks.example.com:22/', 'must use port 443 or one above 1023'],
  ['https://hooks.example.com:0/', 'must use port 443 or one above 1023'],
  ['https://hooks.example.com:99999/', 'is not a URL'],
])('%s %s', (url, sentence) => {
  expect(refusal(url)).toBe(sentence);
});

it.each([
  'https://hooks.example.com/parley?token=1',
  'https://hooks.example.com:443/',
  'https://hooks.example.com:8443/',
  'https://grüße.example.com/',
  'https://93.184.215.14/',
  'https://[2606:4700::1111]/',
])('%s may be asked', (url) => {
  expect(refusal(url)).toBeUndefined();
});

it('on one machine, for development, plain http and inner addresses may be asked, and nothing else more', () => {
  for (const url of ['http://localhost:3000/', 'http://127.0.0.1:80/', 'http://192.168.0.5/']) {
    expect(refusal(url, { allowLocal: true })).toBeUndefined();
  }
  expect(refusal('file:///etc/passwd', { allowLocal: true })).toBe('must use https');
  expect(refusal('http://user@localhost/', { allowLocal: true })).toBe('must not hold a user name or a password');
});

describe('at registration', () => {
  const problemOf = async (url: string, resolve: () => Promise<{ address: string; family: 4 | 6 }[]>) => {
    const refused = await requireReachable(url, { ...abroad, resolve }).catch((error: unknown) => error);
    return refused && (refused as { details: { errors: unknown } }).details.errors;
  };

  it('a name is refused that leads to an address that is not public', async () => {
    expect(
      await problemOf('https://rebound.example.com', async () => [{ address: '169.254.169.254', family: 4 }]),
    ).toEqual([{ path: 'url', message: 'must lead to public addresses alone' }]);
  });

  it('a name is refused that leads nowhere', async () => {
    const expected = [{ path: 'url', message: 'must name a host that can be found' }];
    expect(await problemOf('https://none.example.com', () => Promise.reject(new Error('ENOTFOUND')))).toEqual(expected);
  });

  it('a name is taken that leads to public addresses', async () => {
    const addresses = [
      { address: '93.184.215.14', family: 4 as const },
      { address: '2606:4700::1111', family: 6 as const },
    ];
    expect(await problemOf('https://hooks.example.com', async () => addresses)).toBeUndefined();
  });
});
