import { describe, expect, it } from 'vitest';
import { settingsFrom } from '../../../shared/runtime/settings.ts';

const limits = {
  groupSize: 256,
  messagesPerMinute: 30,
  retentionDays: 90,
  fastLaneConnections: 10,
  largeRoomAbove: 256,
  shardSize: 1_000,
  reactions: [],
  editWindowMinutes: null,
  deleteWindowMinutes: 15,
};
const issuer = { issuer: 'https://id.example', jwksUri: 'https://id.example/keys', audience: 'parley', tenant: 'acme' };
const issuers = (...all: unknown[]) => settingsFrom({ TOKEN_ISSUERS: JSON.stringify(all) });

describe('the settings of a function', () => {
  it('are those that its environment holds', () => {
    const settings = settingsFrom({
      TABLE_NAME: 'parley-dev',
      TENANT_SETTINGS: JSON.stringify({ default: limits, tenants: { acme: { groupSize: 8 } } }),
      TOKEN_ISSUERS: JSON.stringify([issuer]),
    });
    expect(settings.TABLE_NAME).toBe('parley-dev');
    expect(settings.TENANT_SETTINGS).toEqual({ default: limits, tenants: { acme: { groupSize: 8 } } });
    expect(settings.TOKEN_ISSUERS).toEqual([issuer]);
  });

  it('are asked for one by one, so that a function has only what its construct gave it', () => {
    expect(settingsFrom({ BUS_NAME: 'parley' }).BUS_NAME).toBe('parley');
    expect(() => settingsFrom({ BUS_NAME: 'parley' }).TABLE_NAME).toThrow(
      'The environment variable TABLE_NAME is missing.',
    );
  });
});

describe('a wrong setting is named:', () => {
  it.each([
    ['what is no JSON', { TENANT_SETTINGS: '{' }, 'TENANT_SETTINGS is wrong: is not JSON.'],
    [
      'a limit out of range',
      { TENANT_SETTINGS: JSON.stringify({ default: { ...limits, groupSize: 1 }, tenants: {} }) },
      'TENANT_SETTINGS is wrong (default.groupSize)',
    ],
    ['what is no address', { CONNECTIONS_URL: 'nowhere' }, 'CONNECTIONS_URL is wrong'],
  ])('%s', (_, environment, expected) => {
    const [name] = Object.keys(environment) as ['CONNECTIONS_URL'];
    expect(() => settingsFrom(environment)[name]).toThrow(expected);
  });

  it('an issuer that says of no tenant or of two ways whose users it names', () => {
    const { tenant: _, ...unsaid } = issuer;
    expect(() => issuers(unsaid).TOKEN_ISSUERS).toThrow('needs either tenant or tenantClaim');
    expect(() => issuers({ ...issuer, tenantClaim: 'tenant' }).TOKEN_ISSUERS).toThrow(
      'needs either tenant or tenantClaim',
    );
  });

  it('an issuer that is named twice: a token could be either’s', () => {
    expect(() => issuers(issuer, { ...issuer, tenant: 'other' }).TOKEN_ISSUERS).toThrow('names an issuer twice');
  });
});
