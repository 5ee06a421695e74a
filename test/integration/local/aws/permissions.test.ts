import { describe, expect, it } from 'vitest';
import { needsOf } from '../../../../infra/local/aws/dynamodb-needs.ts';
import { createPermissions } from '../../../../infra/local/aws/permissions.ts';
import type { CloudModel, EventSourceModel, FunctionModel, PolicyStatement } from '../../../../infra/local/model.ts';
import { allow, queueArn, table } from './stack.ts';

const fn = (...statements: PolicyStatement[]): FunctionModel => ({
  logicalId: 'F',
  name: 'Http/send',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:send',
  codeDirectory: '/nowhere',
  handler: 'index.handler',
  environment: {},
  timeoutSeconds: 3,
  memoryMb: 128,
  reservedConcurrency: undefined,
  statements,
  invokers: [],
});

const modelOf = (functions: FunctionModel[], eventSources: Partial<EventSourceModel>[] = []) =>
  ({ tables: [table], functions, eventSources }) as unknown as CloudModel;

const deny = (actions: string[], resources: string[]): PolicyStatement => ({
  ...allow(actions, resources),
  effect: 'Deny',
});

const decide = (statements: PolicyStatement[], action: string, resource: string, reports: unknown[] = []) =>
  createPermissions({ report: (line) => reports.push(line) }).refusal(fn(...statements), [{ action, resource }])
    ?.message ?? 'allowed';

describe('a role', () => {
  it('allows nothing that no statement grants', () => {
    expect(decide([], 'dynamodb:GetItem', table.arn)).toMatch(
      /because no identity-based policy allows the dynamodb:GetItem action$/,
    );
  });

  it.each([
    ['dynamodb:GetItem', table.arn, 'the very action and resource'],
    ['dynamodb:getitem', table.arn, 'actions in any case'],
    ['dynamodb:Get*', table.arn, 'actions by wildcard'],
    ['dynamodb:?etItem', table.arn, 'actions by single characters'],
    ['*', '*', 'everything'],
    ['dynamodb:GetItem', 'arn:aws:dynamodb:*:*:table/ch?t', 'resources by wildcard'],
  ])('allows by %s on %s: %s', (action, resource) => {
    expect(decide([allow(action, resource)], 'dynamodb:GetItem', table.arn)).toBe('allowed');
  });

  it.each([
    ['dynamodb:Get', table.arn, 'a part of the action'],
    ['dynamodb:GetItem', `${table.arn}/index/*`, 'an index of the table'],
    ['dynamodb:GetItem', 'arn:aws:dynamodb:*:table/chat', 'a wildcard across parts of the ARN'],
    ['dynamodb:GetItem', table.arn.replace('chat', 'CHAT'), 'a resource in another case'],
    ['dynamodb:GetItem', table.arn.replace('chat', 'c.at'), 'a dot for any character'],
  ])('does not allow by %s on %s: %s', (action, resource) => {
    expect(decide([allow(action, resource)], 'dynamodb:GetItem', table.arn)).not.toBe('allowed');
  });

  it('denies what a statement denies, whatever another allows', () => {
    const statements = [allow('*'), deny(['dynamodb:Delete*'], [table.arn])];
    expect(decide(statements, 'dynamodb:GetItem', table.arn)).toBe('allowed');
    expect(decide(statements, 'dynamodb:DeleteItem', table.arn)).toMatch(
      /with an explicit deny in an identity-based policy$/,
    );
  });
});

describe('a condition', () => {
  const allowedIf = (
    conditions: PolicyStatement['conditions'],
    operation: string,
    input: object,
    reports: unknown[] = [],
  ) => {
    const needs = needsOf(operation, { TableName: 'chat', ...input }, modelOf([]));
    const permissions = createPermissions({ report: (line) => reports.push(line) });
    return permissions.refusal(fn({ ...allow('*'), conditions }), needs) === undefined;
  };
  const mine = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['demo#*'] } };
  const keyOf = (PK: string) => ({ PK: { S: PK }, SK: { S: '1' } });

  it('on leading keys sees those of every kind of call', () => {
    expect(allowedIf(mine, 'GetItem', { Key: keyOf('demo#1') })).toBe(true);
    expect(allowedIf(mine, 'GetItem', { Key: keyOf('other#1') })).toBe(false);
    expect(allowedIf(mine, 'PutItem', { Item: keyOf('other#1') })).toBe(false);
    const query = (PK: string) => ({
      KeyConditionExpression: '#k = :k AND SK > :s',
      ExpressionAttributeNames: { '#k': 'PK' },
      ExpressionAttributeValues: { ':k': { S: PK }, ':s': { S: '0' } },
    });
    expect(allowedIf(mine, 'Query', query('demo#1'))).toBe(true);
    expect(allowedIf(mine, 'Query', query('other#1'))).toBe(false);
    const batch = { RequestItems: { chat: { Keys: [keyOf('demo#1'), keyOf('other#1')] } } };
    expect(allowedIf(mine, 'BatchGetItem', batch)).toBe(false);
    const write = {
      RequestItems: { chat: [{ PutRequest: { Item: keyOf('demo#1') } }, { DeleteRequest: { Key: keyOf('demo#2') } }] },
    };
    expect(allowedIf(mine, 'BatchWriteItem', write)).toBe(true);
    const transaction = { TransactItems: [{ Put: { TableName: 'chat', Item: keyOf('other#1') } }] };
    expect(allowedIf(mine, 'TransactWriteItems', transaction)).toBe(false);
  });

  it('on leading keys takes the index’ own', () => {
    const query = {
      IndexName: 'GSI1',
      KeyConditionExpression: 'GSI1PK = :k',
      ExpressionAttributeValues: { ':k': { S: 'other#1' } },
    };
    expect(allowedIf(mine, 'Query', query)).toBe(false);
  });

  it('on attributes sees all that a call names', () => {
    const some = { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['PK', 'SK', 'title'] } };
    const update = (UpdateExpression: string) => ({
      Key: keyOf('demo#1'),
      UpdateExpression,
      ExpressionAttributeNames: { '#t': 'title' },
      ExpressionAttributeValues: { ':t': { S: 'secret' } },
    });
    expect(allowedIf(some, 'UpdateItem', update('SET #t = if_not_exists(#t, :t)'))).toBe(true);
    expect(allowedIf(some, 'UpdateItem', update('SET #t = :t REMOVE secret'))).toBe(false);
    expect(allowedIf(some, 'PutItem', { Item: { ...keyOf('demo#1'), secret: { S: 'x' } } })).toBe(false);
  });

  it('that is not known does not hold, and is reported once', () => {
    const reports: unknown[] = [];
    const permissions = createPermissions({ report: (line) => reports.push(line) });
    const conditions = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };
    const caller = fn({ ...allow('*'), conditions });
    const need = { action: 'dynamodb:GetItem', resource: table.arn };
    expect(permissions.refusal(caller, [need])).toBeDefined();
    expect(permissions.refusal(caller, [need])).toBeDefined();
    expect(reports.filter((line) => JSON.stringify(line).includes('IpAddress'))).toHaveLength(1);
  });
});

describe('the report', () => {
  it('tells apart what was granted, used, not used and denied', () => {
    const permissions = createPermissions({ report: () => undefined });
    const caller = fn(
      allow(['dynamodb:GetItem', 'dynamodb:PutItem'], table.arn),
      allow('sqs:SendMessage', queueArn),
      allow(['logs:CreateLogStream', 'xray:PutTraceSegments']),
    );
    permissions.refusal(caller, [{ action: 'dynamodb:GetItem', resource: table.arn }]);
    for (const _ of [1, 2]) permissions.refusal(caller, [{ action: 'dynamodb:Scan', resource: table.arn }]);
    expect(permissions.report(modelOf([caller]))).toMatchObject([
      {
        function: 'Http/send',
        used: [{ action: 'dynamodb:GetItem', resources: [table.arn] }],
        unused: [
          { action: 'dynamodb:PutItem', resources: [table.arn] },
          { action: 'sqs:SendMessage', resources: [queueArn] },
        ],
        denied: [{ action: 'dynamodb:Scan', resource: table.arn, count: 2 }],
      },
    ]);
  });

  it('counts as used what Lambda does in the function’s name to poll its event source', () => {
    const permissions = createPermissions({ report: () => undefined });
    const poll = [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueUrl',
    ];
    const caller = fn(allow(poll, queueArn));
    const model = modelOf([caller], [{ functionArn: caller.arn, sourceArn: queueArn, onFailureArn: undefined }]);
    expect(permissions.report(model)).toMatchObject([{ unused: [], denied: [] }]);
    expect(permissions.allows(caller, 'sqs:ReceiveMessage', queueArn)).toBe(true);
    expect(permissions.allows(caller, 'sqs:ReceiveMessage', `${queueArn}2`)).toBe(false);
  });
});
