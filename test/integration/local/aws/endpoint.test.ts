import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command, Stack } from './stack.ts';
import { allow, busArn, queueArn, startStack, table } from './stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const key = (sk: string, pk = 'p') => ({ PK: { S: pk }, SK: { S: sk } });
const put = (sk: string, more: object = {}): Command => [
  'dynamodb',
  'PutItem',
  { TableName: 'chat', Item: { ...key(sk), ...more } },
];
const get = (sk: string, more: object = {}): Command => [
  'dynamodb',
  'GetItem',
  { TableName: 'chat', Key: key(sk), ...more },
];

describe('DynamoDB', () => {
  it('answers what the engine answers', async () => {
    await stack.grant([allow('dynamodb:*', table.arn)]);
    const condition = { ConditionExpression: 'attribute_not_exists(PK)' };
    const again: Command = ['dynamodb', 'PutItem', { TableName: 'chat', Item: key('answers'), ...condition }];
    expect(await stack.run(put('answers', { text: { S: 'é' } }), get('answers'), again)).toMatchObject([
      {},
      { Item: { text: { S: 'é' } } },
      { error: 'ConditionalCheckFailedException', message: 'The conditional request failed', status: 400 },
    ]);
  });

  it('tells its cost only to those who ask', async () => {
    await stack.grant([allow('dynamodb:*', table.arn)]);
    const [silent, asked, none] = await stack.run(
      put('cost'),
      ['dynamodb', 'PutItem', { TableName: 'chat', Item: key('cost'), ReturnConsumedCapacity: 'INDEXES' }],
      ['dynamodb', 'PutItem', { TableName: 'chat', Item: key('cost'), ReturnConsumedCapacity: 'NONE' }],
    );
    expect(silent).toEqual({});
    expect(none).toEqual({});
    expect(asked).toMatchObject({ ConsumedCapacity: { CapacityUnits: 1, Table: { CapacityUnits: 1 } } });
    expect(stack.meter.calls().map(({ writeUnits }) => writeUnits)).toEqual([1, 1, 1]);
  });

  it('denies in AWS’ words what the role does not allow', async () => {
    await stack.grant([allow('dynamodb:GetItem', table.arn)]);
    expect(await stack.run(get('denied'), put('denied'))).toEqual([
      {},
      {
        error: 'AccessDeniedException',
        message: `User: arn:aws:sts::000000000000:assumed-role/worker/worker is not authorized to perform: dynamodb:PutItem on resource: ${table.arn} because no identity-based policy allows the dynamodb:PutItem action`,
        status: 400,
      },
    ]);
    expect(stack.meter.calls().map(({ error }) => error)).toEqual([undefined, 'AccessDeniedException']);
  });

  it('wants the permission of each item of a transaction, and writes none without it', async () => {
    await stack.grant([allow(['dynamodb:PutItem', 'dynamodb:GetItem'], table.arn)]);
    const items = [
      { Put: { TableName: 'chat', Item: key('tx') } },
      { ConditionCheck: { TableName: 'chat', Key: key('other'), ConditionExpression: 'attribute_not_exists(PK)' } },
    ];
    const [denied, missing] = await stack.run(['dynamodb', 'TransactWriteItems', { TransactItems: items }], get('tx'));
    expect(denied).toMatchObject({
      error: 'AccessDeniedException',
      message: expect.stringContaining('dynamodb:ConditionCheckItem'),
    });
    expect(missing).toEqual({});
  });

  it('wants the index’ own permission for a query of it', async () => {
    const query: Command = [
      'dynamodb',
      'Query',
      {
        TableName: 'chat',
        IndexName: 'GSI1',
        KeyConditionExpression: 'GSI1PK = :p',
        ExpressionAttributeValues: { ':p': { S: 'x' } },
      },
    ];
    await stack.grant([allow('dynamodb:Query', table.arn)]);
    expect((await stack.run(query))[0]).toMatchObject({
      error: 'AccessDeniedException',
      message: expect.stringContaining(`on resource: ${table.arn}/index/GSI1 `),
    });
    await stack.grant([allow('dynamodb:Query', [table.arn, `${table.arn}/index/*`])]);
    expect((await stack.run(query))[0]).toMatchObject({ Count: 0 });
  });
});

describe('SQS', () => {
  const QueueUrl = () => `${stack.endpoint.url}/000000000000/jobs`;

  it('sends to a queue by the URL that the function was given, and tells no other', async () => {
    await stack.grant([allow(['sqs:SendMessage', 'sqs:GetQueueUrl'], queueArn)]);
    const [sent, batch, url] = await stack.run(
      ['sqs', 'SendMessage', { QueueUrl: QueueUrl(), MessageBody: 'one' }],
      ['sqs', 'SendMessageBatch', { QueueUrl: QueueUrl(), Entries: [{ Id: 'a', MessageBody: 'two' }] }],
      ['sqs', 'GetQueueUrl', { QueueName: 'jobs' }],
    );
    expect(sent).toMatchObject({ MessageId: expect.any(String) });
    expect(batch).toMatchObject({ Successful: [{ Id: 'a' }] });
    expect(url).toEqual({ QueueUrl: QueueUrl() });
    expect(stack.queues.inspectQueue('jobs')?.messages.ready.map(({ body }) => body)).toEqual(['one', 'two']);
    expect(stack.meter.calls().map(({ action }) => action)).toEqual([
      'sqs:SendMessage',
      'sqs:SendMessageBatch',
      'sqs:GetQueueUrl',
    ]);
  });

  it('denies in AWS’ words what the role does not allow', async () => {
    await stack.grant([]);
    expect(await stack.run(['sqs', 'SendMessage', { QueueUrl: QueueUrl(), MessageBody: 'x' }])).toEqual([
      {
        error: expect.stringMatching(/^AccessDenied/),
        message: `User: arn:aws:sts::000000000000:assumed-role/worker/worker is not authorized to perform: sqs:sendmessage on resource: ${queueArn} because no identity-based policy allows the sqs:sendmessage action`,
        status: 403,
      },
    ]);
  });
});

describe('EventBridge', () => {
  const entry = (DetailType: string) => ({ Source: 'parley', DetailType, Detail: '{"a":1}', EventBusName: 'parley' });

  it('hands entries to the bus and answers for each', async () => {
    await stack.grant([allow('events:PutEvents', busArn)]);
    const [answer] = await stack.run([
      'events',
      'PutEvents',
      {
        Entries: [
          { ...entry('message.created'), Time: new Date(0) },
          { ...entry('refused'), EventBusName: busArn },
        ],
      },
    ]);
    // Times travel as JSON through the invocation; the client wants a Date.
    expect(answer).toEqual({
      FailedEntryCount: 1,
      Entries: [{ EventId: 'e1' }, { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }],
    });
    expect(stack.busEntries.map(({ busName, detail }) => ({ busName, detail }))).toEqual([
      { busName: 'parley', detail: '{"a":1}' },
      { busName: 'parley', detail: '{"a":1}' },
    ]);
  });

  it('refuses more than ten entries, and what the role does not allow', async () => {
    await stack.grant([allow('events:PutEvents', busArn)]);
    const [many, other] = await stack.run(
      ['events', 'PutEvents', { Entries: Array.from({ length: 11 }, () => entry('x')) }],
      ['events', 'PutEvents', { Entries: [{ ...entry('x'), EventBusName: 'default' }] }],
    );
    expect(many).toMatchObject({ error: 'ValidationException' });
    expect(other).toMatchObject({
      error: 'AccessDeniedException',
      status: 400,
      message: expect.stringContaining('event-bus/default'),
    });
  });
});

describe('connections of a WebSocket', () => {
  const post = (ConnectionId: string, Data = 'hi'): Command => ['sockets', 'PostToConnection', { ConnectionId, Data }];
  const granted = () =>
    stack.grant([
      allow('execute-api:ManageConnections', 'arn:aws:execute-api:us-east-1:000000000000:ws1/*/*/@connections/*'),
    ]);

  it('are posted to, looked at and closed', async () => {
    await granted();
    expect(
      await stack.run(
        post('c1='),
        ['sockets', 'GetConnection', { ConnectionId: 'c1=' }],
        ['sockets', 'DeleteConnection', { ConnectionId: 'c1=' }],
      ),
    ).toEqual([
      {},
      {
        ConnectedAt: '2026-01-01T00:00:00.000Z',
        LastActiveAt: '2026-01-01T00:00:01.000Z',
        Identity: { SourceIp: '127.0.0.1', UserAgent: 'test' },
      },
      {},
    ]);
    expect(stack.posts).toEqual([{ id: 'c1=', body: 'hi' }]);
  });

  it('answer as API Gateway what cannot be done', async () => {
    await granted();
    expect(
      await stack.run(
        post('gone='),
        post('forbidden'),
        post('busy'),
        post('c1', 'x'.repeat(128 * 1024 + 1)),
        ['sockets', 'GetConnection', { ConnectionId: 'gone=' }],
        ['sockets', 'DeleteConnection', { ConnectionId: 'gone=' }],
      ),
    ).toMatchObject([
      { error: 'GoneException', status: 410 },
      { error: 'ForbiddenException', status: 403 },
      { error: 'LimitExceededException', status: 429 },
      { error: 'PayloadTooLargeException', status: 413 },
      { error: 'GoneException', status: 410 },
      { error: 'GoneException', status: 410 },
    ]);
    expect(stack.posts.map(({ id }) => id)).toEqual(['gone=', 'forbidden', 'busy']);
  });

  it('want permission for the method on their stage', async () => {
    await stack.grant([
      allow('execute-api:ManageConnections', 'arn:aws:execute-api:us-east-1:000000000000:ws1/prod/POST/@connections/*'),
    ]);
    expect(await stack.run(post('c1'), ['sockets', 'DeleteConnection', { ConnectionId: 'c1' }])).toEqual([
      {},
      {
        error: 'AccessDeniedException',
        message:
          'User: arn:aws:sts::000000000000:assumed-role/worker/worker is not authorized to perform: execute-api:ManageConnections on resource: arn:aws:execute-api:us-east-1:********0000:ws1/prod/DELETE/@connections/{connectionId}',
        status: 403,
      },
    ]);
  });
});

describe('a caller', () => {
  const call = (headers: Record<string, string>, path = '/') =>
    fetch(stack.endpoint.url + path, { method: 'POST', headers, body: '{"TableName":"chat"}' });
  const signedBy = (accessKey: string, service = 'dynamodb') =>
    `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const describeTable = { 'x-amz-target': 'DynamoDB_20120810.DescribeTable' };

  it('without a signature is refused', async () => {
    const answer = await call(describeTable);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      __type: expect.stringMatching(/#MissingAuthenticationTokenException$/),
    });
    expect((await call({}, '/@connections/c1')).status).toBe(403);
  });

  it('with a key that no instance ever held may do everything and is not counted', async () => {
    await stack.grant([]);
    const answer = await call({ ...describeTable, authorization: signedBy('developer') });
    expect(await answer.json()).toMatchObject({ Table: { TableName: 'chat' } });
    expect(stack.meter.calls()).toEqual([]);
  });

  it('whose instance is dead is nobody', async () => {
    const answer = await call({ ...describeTable, authorization: signedBy('ASIA0000000000000000') });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: expect.stringMatching(/#UnrecognizedClientException$/) });
  });

  it('of a service that is not run here hears so by name', async () => {
    const answer = await call({ authorization: signedBy('developer', 'ssm') });
    expect(answer.status).toBe(501);
    expect(await answer.json()).toEqual({ message: 'The local cloud does not run the AWS service "ssm".' });
  });

  it('invokes functions', async () => {
    await stack.grant([]);
    const invoke = (name: string, headers = {}) =>
      fetch(`${stack.endpoint.url}/2015-03-31/functions/${name}/invocations`, {
        method: 'POST',
        headers: { authorization: signedBy('developer', 'lambda'), ...headers },
        body: '{"steps":[]}',
      });
    expect(await (await invoke('worker')).json()).toEqual([]);
    expect((await invoke('worker', { 'x-amz-invocation-type': 'Event' })).status).toBe(202);
    expect((await invoke('nobody')).status).toBe(404);
  });
});
