import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { CloudModel } from '../../../../infra/local/model.ts';
import { readModel } from '../../../../infra/local/template/read-model.ts';
import { fixtureAssembly } from '../../../fixtures/cdk/assembly.ts';
import { writeAssembly } from './write-assembly.ts';

describe('the model of a synthesised app', () => {
  let assembly: string;
  let model: CloudModel;
  beforeAll(async () => {
    assembly = await fixtureAssembly();
    model = readModel(assembly, { parameters: { TokenIssuers: '["issuer"]' } });
  });
  const fn = (name: string) => model.functions.find((it) => it.name === name);
  const queueArn = (id: string) => model.queues.find(({ logicalId }) => logicalId.startsWith(id))?.arn;

  it('asks for nothing that cannot be run', () => {
    expect(model.unsupported).toEqual([]);
  });

  it('names each function after its construct and finds its code', () => {
    expect(model.functions.map(({ name }) => name)).toEqual(['OnStream', 'OnQueue', 'Echo', 'Authorizer']);
    for (const { codeDirectory, handler } of model.functions) {
      expect(handler).toBe('index.handler');
      expect(existsSync(join(codeDirectory, 'index.mjs'))).toBe(true);
    }
  });

  it('gives a function its environment, across stacks and from parameters', () => {
    expect(fn('Echo')?.environment).toEqual({
      TABLE_NAME: model.tables[0]?.name,
      QUEUE_URL: expect.stringMatching(/^https:\/\/sqs\.us-east-1\.amazonaws\.com\/000000000000\/FixtureData-Queue/),
      TOKEN_ISSUERS: '["issuer"]',
      CONNECTIONS_URL: `https://${model.webSocketApis[0]?.id}.execute-api.us-east-1.amazonaws.com/live`,
    });
  });

  it('gives a function what its role grants, from wherever it is attached', () => {
    const statements = fn('Echo')?.statements ?? [];
    const table = model.tables[0]?.arn;
    expect(statements).toContainEqual(
      expect.objectContaining({
        effect: 'Allow',
        actions: expect.arrayContaining(['dynamodb:PutItem']),
        resources: [table, `${table}/index/*`],
      }),
    );
    expect(statements.flatMap(({ actions }) => actions)).toEqual(
      expect.arrayContaining(['logs:PutLogEvents', 'sqs:SendMessage', 'execute-api:ManageConnections']),
    );
  });

  it('says who may invoke a function', () => {
    expect(fn('Echo')?.invokers).toContainEqual({
      principal: 'apigateway.amazonaws.com',
      sourceArn: `arn:aws:execute-api:us-east-1:000000000000:${model.httpApis[0]?.id}/*/*/health`,
    });
  });

  it('has the table as CreateTable takes it', () => {
    expect(model.tables).toMatchObject([
      {
        ttlAttribute: 'expiresAt',
        create: {
          BillingMode: 'PAY_PER_REQUEST',
          GlobalSecondaryIndexes: [{ IndexName: 'GSI1', Projection: { ProjectionType: 'ALL' } }],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        },
      },
    ]);
  });

  it('has queues with their redrive policy as text', () => {
    const attributes = model.queues.find(({ logicalId }) => logicalId.startsWith('Queue'))?.attributes;
    expect(attributes?.VisibilityTimeout).toBe('60');
    expect(JSON.parse(attributes?.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: queueArn('Dead'),
      maxReceiveCount: 3,
    });
  });

  it('feeds functions from the stream and the queue', () => {
    expect(model.eventSources).toMatchObject([
      {
        functionArn: fn('OnStream')?.arn,
        sourceArn: model.tables[0]?.streamArn,
        batchSize: 50,
        filters: [{ eventName: ['INSERT'] }],
        bisectOnError: true,
        maximumRetryAttempts: 5,
        maximumRecordAgeSeconds: 3600,
        parallelizationFactor: 2,
        partialBatchResponses: true,
        onFailureArn: queueArn('Dead'),
        startingPosition: 'LATEST',
      },
      {
        functionArn: fn('OnQueue')?.arn,
        sourceArn: queueArn('Queue'),
        batchSize: 20,
        batchWindowSeconds: 1,
        maximumConcurrency: 4,
        maximumRetryAttempts: -1,
      },
    ]);
  });

  it('has rules on their buses, and schedules', () => {
    expect(model.rules).toMatchObject([
      {
        busName: model.buses[0]?.name,
        pattern: { source: ['fixture'], 'detail-type': ['thing.created'] },
        targets: [{ arn: queueArn('Queue'), deadLetterArn: queueArn('Dead'), maximumRetryAttempts: 2 }],
      },
      { busName: 'default', schedule: 'rate(1 minute)', targets: [{ input: { reason: 'every minute' } }] },
    ]);
    expect(model.schedules).toMatchObject([
      { expression: 'cron(0 3 * * ? *)', timeZone: 'Etc/UTC', target: { arn: fn('OnQueue')?.arn } },
    ]);
  });

  it('has the HTTP API with its authorizer and CORS', () => {
    expect(model.httpApis).toMatchObject([
      {
        stage: '$default',
        cors: { origins: ['*'], headers: ['authorization'], maxAgeSeconds: 3600 },
        routes: [
          { key: 'GET /health', functionArn: fn('Echo')?.arn, authorizer: undefined },
          {
            key: 'POST /api/things/{id}',
            authorizer: { functionArn: fn('Authorizer')?.arn, ttlSeconds: 300, payloadFormat: '2.0' },
          },
        ],
      },
    ]);
  });

  it('has the WebSocket API, whose authorizers are never cached', () => {
    expect(model.webSocketApis).toMatchObject([
      {
        stage: 'live',
        routeSelection: '$request.body.event',
        throttle: { rate: 500, burst: 1000 },
        routes: [
          { key: '$connect', returnsResponse: false, authorizer: { ttlSeconds: 0, payloadFormat: '1.0' } },
          { key: '$disconnect', returnsResponse: false },
          { key: 'thing.echo', returnsResponse: true, authorizer: undefined },
        ],
      },
    ]);
  });

  it('gives everything the same name every time', () => {
    expect(readModel(assembly, { parameters: { TokenIssuers: '["issuer"]' } })).toEqual(model);
  });
});

const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'role' } };
const lambda = (properties: object) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Code: { S3Key: 'code.zip' },
    ...properties,
  },
});
const modelOf = async (Resources: object, rest: object = {}) =>
  readModel(await writeAssembly({ Main: { Resources, ...rest } }, ['code']));

it("Parley's own stacks ask for nothing that cannot be run", () => {
  expect(readModel(inject('assembly')).unsupported).toEqual([]);
});

describe('what cannot be run is named, not ignored', () => {
  it.each([
    ['a container image', lambda({ Code: { ImageUri: 'image' } }), 'functions from container images are not run here'],
    ['another runtime', lambda({ Runtime: 'python3.13' }), 'the runtime python3.13 is not run here'],
  ])('%s', async (_, Thing, reason) => {
    const model = await modelOf({ Thing, Role: role });
    expect(model.unsupported).toEqual([{ logicalId: 'Thing', type: Thing.Type, reason }]);
    expect(model.functions).toEqual([]);
  });

  it.each([
    'AWS::SNS::Topic',
    'AWS::CloudFront::Distribution',
    'AWS::CloudWatch::Dashboard',
    'AWS::Events::Connection',
    'AWS::Lambda::Alias',
    'AWS::SSM::Parameter',
  ])('the type %s, which no stack has', async (Type) => {
    const { unsupported } = await modelOf({ Thing: { Type } });
    expect(unsupported).toEqual([
      { logicalId: 'Thing', type: Type, reason: 'resources of this type are not run here' },
    ]);
  });

  it('a managed policy that is not known', async () => {
    const model = await modelOf({
      Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/Admin'] } },
    });
    expect(model.unsupported[0]?.reason).toBe(
      'the managed policy arn:aws:iam::aws:policy/Admin is not known here, so it grants nothing',
    );
  });

  it('a rule whose queue does not take messages from EventBridge', async () => {
    const { unsupported, rules } = await modelOf({
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: { EventPattern: {}, Targets: [{ Id: 'q', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }] },
      },
    });
    expect(unsupported[0]?.reason).toContain('no queue policy lets events.amazonaws.com send to');
    expect(rules[0]?.targets).toEqual([]);
  });

  it('but not what has no meaning on one machine, nor what a condition leaves out', async () => {
    const { unsupported } = await modelOf(
      {
        Log: { Type: 'AWS::Logs::LogGroup' },
        Metadata: { Type: 'AWS::CDK::Metadata' },
        Archive: { Type: 'AWS::Events::Archive' },
        Registry: { Type: 'AWS::EventSchemas::Registry' },
        Schema: { Type: 'AWS::EventSchemas::Schema' },
        Topic: { Type: 'AWS::SNS::Topic', Condition: 'Never' },
      },
      { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } },
    );
    expect(unsupported).toEqual([]);
  });
});

describe('a function', () => {
  it('has the statements of inline, attached and managed policies', async () => {
    const document = (action: string) => ({ Statement: { Effect: 'Allow', Action: action, Resource: '*' } });
    const { functions } = await modelOf({
      Function: lambda({}),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'role',
          Policies: [{ PolicyName: 'own', PolicyDocument: document('sqs:SendMessage') }],
          ManagedPolicyArns: [{ Ref: 'Managed' }],
        },
      },
      Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document('dynamodb:GetItem') } },
      Attached: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'p', Roles: [{ Ref: 'Role' }], PolicyDocument: document('events:PutEvents') },
      },
    });
    expect(functions[0]?.statements.flatMap(({ actions }) => actions)).toEqual([
      'sqs:SendMessage',
      'dynamodb:GetItem',
      'events:PutEvents',
    ]);
  });

  it('has what becomes of events that nobody waits for', async () => {
    const { functions } = await modelOf({
      Function: lambda({}),
      Role: role,
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Function' },
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' } },
        },
      },
    });
    expect(functions[0]?.asynchronous).toMatchObject({
      maximumRetryAttempts: 0,
      onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:failed',
    });
  });

  it('whose code is not among the assets is refused', async () => {
    await expect(modelOf({ Function: lambda({ Code: { S3Key: 'lost.zip' } }), Role: role })).rejects.toThrow(
      'Stack Main, Function, Code.S3Key: no asset of the assembly has the key lost.zip',
    );
  });
});
