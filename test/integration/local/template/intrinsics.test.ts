// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../infra/local/template/read-model.ts';
import { writeAssembly } from './write-assembly.ts';

const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } };
const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'chat',
    AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  },
};

/** What an output of a stack with a queue and a table comes to. */
async function outcomeOf(value: unknown, template: object = {}, parameters: Record<string, string> = {}) {
  const directory = await writeAssembly({
    Main: { Resources: { Queue: queue, Table: table }, Outputs: { Value: { Value: value } }, ...template },
  });
  return readModel(directory, { parameters }).outputs.Value;
}

describe('an intrinsic function', () => {
  it.each([
    ['Ref of a queue is its URL', { Ref: 'Queue' }, 'https://sqs.us-east-1.amazonaws.com/000000000000/jobs'],
    ['Ref of a table is its name', { Ref: 'Table' }, 'chat'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:jobs'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:aws:dynamodb:us-east-1:000000000000:table/chat'],
    [
      'GetAtt of a stream',
      { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      'arn:aws:dynamodb:us-east-1:000000000000:table/chat/stream/2000-01-01T00:00:00.000',
    ],
    ['Sub', { 'Fn::Sub': '${Table}/${Queue.QueueName}/${AWS::Region}/${!literal}' }, 'chat/jobs/us-east-1/${literal}'],
    [
      'Sub with its own variables',
      { 'Fn::Sub': ['${a}-${Table}', { a: { Ref: 'AWS::AccountId' } }] },
      '000000000000-chat',
    ],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Table' }, 1]] }, 'a-chat-1'],
    ['Select of Split', { 'Fn::Select': ['1', { 'Fn::Split': ['.', 'a.b.c'] }] }, 'b'],
    ['Select of a list', { 'Fn::Select': [0, ['x', 'y']] }, 'x'],
    [
      'the pseudo parameters',
      { 'Fn::Sub': '${AWS::Partition} ${AWS::URLSuffix} ${AWS::StackName}' },
      'aws amazonaws.com Main',
    ],
    ['ToJsonString', { 'Fn::ToJsonString': { a: { Ref: 'Table' } } }, '{"a":"chat"}'],
    ['Length', { 'Fn::Length': ['x', 'y'] }, '2'],
  ])('%s', async (_, value, expected) => {
    expect(await outcomeOf(value)).toBe(expected);
  });

  it('FindInMap looks up the second level of a mapping', async () => {
    const Mappings = { Sizes: { local: { queue: 'small' } } };
    expect(await outcomeOf({ 'Fn::FindInMap': ['Sizes', 'local', 'queue'] }, { Mappings })).toBe('small');
  });

  it('If takes the side that its condition says, conditions of conditions included', async () => {
    const Conditions = {
      IsLocal: { 'Fn::Equals': [{ Ref: 'Stage' }, 'local'] },
      Either: { 'Fn::Or': [{ Condition: 'IsLocal' }, { 'Fn::Equals': ['a', 'b'] }] },
      Both: { 'Fn::And': [{ Condition: 'Either' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] },
    };
    const template = { Conditions, Parameters: { Stage: { Type: 'String', Default: 'prod' } } };
    const value = { 'Fn::If': ['Both', 'yes', 'no'] };
    expect(await outcomeOf(value, template)).toBe('no');
    expect(await outcomeOf(value, template, { Stage: 'local' })).toBe('yes');
  });

  it('ImportValue finds what another stack exports', async () => {
    const directory = await writeAssembly({
      Doors: { Outputs: { Imported: { Value: { 'Fn::ImportValue': 'Data:Queue' } } } },
      Data: {
        Resources: { Queue: queue },
        Outputs: { Exported: { Value: { Ref: 'Queue' }, Export: { Name: 'Data:Queue' } } },
      },
    });
    expect(readModel(directory).outputs).toEqual({
      Imported: 'https://sqs.us-east-1.amazonaws.com/000000000000/jobs',
    });
  });

  it('a property set to NoValue is left out', async () => {
    const directory = await writeAssembly({
      Main: {
        Resources: {
          Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', DelaySeconds: { Ref: 'AWS::NoValue' } } },
        },
      },
    });
    expect(readModel(directory).queues[0]?.attributes).toEqual({});
  });
});

describe('what cannot be resolved is refused with its place', () => {
  it.each([
    [
      'an unknown function',
      { 'Fn::Cidr': [] },
      'Stack Main, Outputs.Value: the intrinsic function Fn::Cidr is not supported',
    ],
    ['an unknown resource', { Ref: 'Nobody' }, 'Stack Main, Outputs.Value: there is no resource Nobody'],
    ['an unknown attribute', { 'Fn::GetAtt': ['Queue', 'Colour'] }, 'the attribute Queue.Colour is not supported'],
    ['an import without an export', { 'Fn::ImportValue': 'nothing' }, 'no stack exports nothing'],
    [
      'a secret',
      '{{resolve:secretsmanager:name}}',
      'the dynamic reference {{resolve:secretsmanager:…}} is not supported',
    ],
  ])('%s', async (_, value, message) => {
    await expect(outcomeOf(value)).rejects.toThrow(message);
  });

  it('a parameter without a value', async () => {
    await expect(outcomeOf({ Ref: 'Stage' }, { Parameters: { Stage: { Type: 'String' } } })).rejects.toThrow(
      'the parameter Stage has no value and no default',
    );
  });

  it('a property that is not known, by its name', async () => {
    const directory = await writeAssembly({
      Main: { Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { Speed: 3 } } } },
    });
    expect(() => readModel(directory)).toThrow(
      'Stack Main, Queue, Speed: this property is not supported here (AWS::SQS::Queue)',
    );
  });
});
