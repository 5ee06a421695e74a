import { describe, expect, it } from 'vitest';
import { Mistake } from '../../../infra/mistake.ts';
import { settingsOf } from '../../../infra/settings.ts';
import { everything } from './everything.ts';

const tokenIssuers = [
  { issuer: 'https://id.host.test/', jwksUri: 'https://id.host.test/keys', audience: 'parley', tenant: 'acme' },
];
const read = (content: object, stage = 'prod') => settingsOf(stage, { tokenIssuers, ...content }, 'prod.json');
const about = (content: object, stage?: string): string => {
  try {
    read(content, stage);
  } catch (error) {
    if (error instanceof Mistake) return error.message;
    throw error;
  }
  return 'none';
};

describe('settings of operations', () => {
  it('make nothing that costs, unless they are asked to', () => {
    expect(read({})).toMatchObject({
      region: null,
      edge: null,
      encryption: 'aws-owned',
      tags: {},
      budget: null,
      releases: { steps: 'at-once' },
      throttle: { commands: {} },
      accessLogs: true,
    });
  });

  it('have values for all of an edge', () => {
    expect(read({ region: 'eu-central-1', edge: {} }).edge).toEqual({
      domainNames: [],
      certificateArn: null,
      requestsPerFiveMinutes: 3_000,
      countries: null,
      keyNumber: 1,
      connectSources: [],
    });
  });

  it('may all be used together', () => {
    expect(about(everything)).toBe('none');
  });
});

describe('a wrong setting of operations is named in one sentence:', () => {
  it.each([
    ['an edge that does not know where the rest is', { edge: {} }, /^prod\.json: region is missing: the edge/],
    ['a region that is none', { region: 'Frankfurt' }, /region must be a region, such as eu-central-1\.$/],
    [
      'a domain without a certificate',
      { region: 'eu-central-1', edge: { domainNames: ['chat.host.test'] } },
      /edge must have domainNames and certificateArn both, or neither\.$/,
    ],
    [
      'a certificate of another region',
      {
        region: 'eu-central-1',
        edge: {
          ...everything.edge,
          certificateArn: everything.edge.certificateArn.replace('us-east-1', 'eu-central-1'),
        },
      },
      /edge\.certificateArn must be the ARN of a certificate of ACM in us-east-1/,
    ],
    [
      'a domain that is an address',
      { region: 'eu-central-1', edge: { ...everything.edge, domainNames: ['https://chat.host.test'] } },
      /edge\.domainNames\[0\] must be a domain, such as chat\.example\.com\.$/,
    ],
    [
      'a country by its name',
      { region: 'eu-central-1', edge: { countries: { rule: 'block', codes: ['Germany'] } } },
      /edge\.countries\.codes\[0\] must be a country code of ISO 3166, such as DE\.$/,
    ],
    [
      'a rate below what the firewall counts',
      { region: 'eu-central-1', edge: { requestsPerFiveMinutes: 5 } },
      /edge\.requestsPerFiveMinutes must be at least 10\.$/,
    ],
    ['a key of nobody', { encryption: 'mine' }, /encryption must be one of "aws-owned", /],
    ['a budget that tells nobody', { budget: { monthlyUsd: 10, emails: [] } }, /budget\.emails must /],
    [
      'an address that is none',
      { budget: { monthlyUsd: 10, emails: ['ops'] } },
      /budget\.emails\[0\] must be an e-mail address\.$/,
    ],
    ['a tag that AWS refuses', { tags: { team: 'chat?' } }, /tags\.team must be letters, digits, spaces/],
    ['steps that there are not', { releases: { steps: 'slowly' } }, /releases\.steps must be one of "at-once", /],
    [
      'a throttle without a number',
      { throttle: { commands: { 'typing.start': { rate: 0 } } } },
      /throttle\.commands\.typing\.start\.rate must be at least 1\.$/,
    ],
  ])('%s', (_, content, expected) => {
    expect(about(content)).toMatch(expected);
  });

  it.each([
    ['edge', { region: 'eu-central-1', edge: {} }],
    ['budget', { budget: { monthlyUsd: 10, emails: ['ops@host.test'] } }],
    ['encryption', { encryption: 'customer-managed' }],
    ['releases', { releases: { steps: 'canary-5-minutes' } }],
  ])('%s, on the stage that has no AWS', (name, content) => {
    expect(about(content, 'local')).toMatch(new RegExp(`^prod\\.json: .*${name}`));
  });
});
