import { expect, it } from 'vitest';
import { readFlags } from '../../conformance/flags.ts';
import { deployedAs, outcomeAs } from '../../conformance/summary.ts';

it('plays all stories at the endpoint, unless told otherwise', () => {
  expect(readFlags([])).toMatchObject({ target: 'endpoint', 'if-possible': false, files: [] });
  expect(readFlags(['--target', 'staging', '--tokens', 'http://a.test', 'sync'])).toMatchObject({
    target: 'staging',
    tokens: 'http://a.test',
    files: ['sync'],
  });
});

it('refuses a flag that does not exist, and shows those that do', () => {
  expect(() => readFlags(['--stage', 'dev'])).toThrow(/Unknown option '--stage'[\s\S]*--target <name>/);
});

it('says what was deployed', () => {
  const stacks = [
    { name: 'Parley-endpoint-Data', resources: new Map([['AWS::DynamoDB::Table', 1]]) },
    {
      name: 'Parley-endpoint-Http',
      resources: new Map([
        ['AWS::Lambda::Function', 2],
        ['AWS::ApiGatewayV2::Route', 3],
      ]),
    },
  ];
  const said = deployedAs({ stage: 'endpoint', url: 'http://a', webSocketUrl: 'ws://b', tableName: 't', stacks });
  expect(said.split('\n')).toEqual([
    'Deployed 2 stacks:',
    '     1 resources  Parley-endpoint-Data',
    '     5 resources  Parley-endpoint-Http',
    '2 functions, 3 routes, 0 event sources.',
    'HTTP http://a',
    'WebSocket ws://b',
  ]);
});

it('says what became of the stories, and why some were not played', () => {
  const outcome = { passed: 3, failed: 1, again: ['sync > catches up'], skipped: new Map([['It is slow.', 2]]) };
  expect(outcomeAs(outcome, ['budgets']).split('\n')).toEqual([
    '3 stories passed, 1 failed.',
    'Passed when it was played once more: sync > catches up',
    '2 were skipped: It is slow.',
    'Whole files that do not run there: budgets.',
    'docs/conformance.md lists all of them, with reasons.',
  ]);
});
