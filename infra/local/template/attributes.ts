import { account, region } from '../model.ts';
import { physicalId, physicalName } from './physical-name.ts';

/** What `Ref` answers, and `Fn::GetAtt` by attribute. */
export interface Attributes {
  ref: string;
  attributes: Record<string, string>;
}

/** A resource that is being named: `text` resolves one of its properties, if it has it. */
export interface Named {
  stack: string;
  logicalId: string;
  text(property: string): string | undefined;
}

/** Queue URLs carry the address of the service: an SDK client sends a queue's calls there, so whoever runs the model puts its own. */
export const queueOrigin = `https://sqs.${region}.amazonaws.com`;

const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${account}:${rest}`;

/** The identities that CloudFormation gives the resources of each supported type. */
const byType: Record<string, (resource: Named) => Attributes> = {
  'AWS::Lambda::Function': (it) => {
    const name = it.text('FunctionName') ?? physicalName(it.stack, it.logicalId, 64);
    return { ref: name, attributes: { Arn: functionArn(name) } };
  },
  'AWS::Lambda::Version': (it) => {
    const ref = `${functionArn(it.text('FunctionName') ?? '')}:1`;
    return { ref, attributes: { Version: '1', FunctionArn: ref } };
  },
  'AWS::Lambda::Alias': (it) => {
    const ref = `${functionArn(it.text('FunctionName') ?? '')}:${it.text('Name')}`;
    return { ref, attributes: { AliasArn: ref } };
  },
  'AWS::Lambda::EventSourceMapping': (it) => {
    const ref = physicalId(it.stack, it.logicalId);
    return { ref, attributes: { Id: ref, EventSourceMappingArn: arn('lambda', `event-source-mapping:${ref}`) } };
  },
  'AWS::DynamoDB::Table': tableAttributes,
  'AWS::DynamoDB::GlobalTable': tableAttributes,
  'AWS::SQS::Queue': (it) => {
    const fifo = it.text('FifoQueue') === 'true' ? '.fifo' : '';
    const name = it.text('QueueName') ?? `${physicalName(it.stack, it.logicalId, 80 - fifo.length)}${fifo}`;
    const ref = `${queueOrigin}/${account}/${name}`;
    return { ref, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: ref } };
  },
  'AWS::Events::EventBus': (it) => {
    const ref = it.text('Name') ?? physicalName(it.stack, it.logicalId, 256);
    return { ref, attributes: { Arn: arn('events', `event-bus/${ref}`), Name: ref } };
  },
  'AWS::Events::Rule': (it) => {
    const name = it.text('Name') ?? physicalName(it.stack, it.logicalId, 64);
    const bus = busName(it.text('EventBusName'));
    const own = bus === 'default';
    return {
      ref: own ? name : `${bus}|${name}`,
      attributes: { Arn: arn('events', own ? `rule/${name}` : `rule/${bus}/${name}`) },
    };
  },
  'AWS::Scheduler::Schedule': (it) => {
    const ref = it.text('Name') ?? physicalName(it.stack, it.logicalId, 64);
    return { ref, attributes: { Arn: arn('scheduler', `schedule/${it.text('GroupName') ?? 'default'}/${ref}`) } };
  },
  'AWS::Scheduler::ScheduleGroup': (it) => {
    const ref = it.text('Name') ?? physicalName(it.stack, it.logicalId, 64);
    return { ref, attributes: { Arn: arn('scheduler', `schedule-group/${ref}`) } };
  },
  'AWS::IAM::Role': (it) => {
    const ref = it.text('RoleName') ?? physicalName(it.stack, it.logicalId, 64);
    return {
      ref,
      attributes: {
        Arn: `arn:aws:iam::${account}:role${it.text('Path') ?? '/'}${ref}`,
        RoleId: physicalId(it.stack, it.logicalId),
      },
    };
  },
  'AWS::IAM::ManagedPolicy': (it) => {
    const name = it.text('ManagedPolicyName') ?? physicalName(it.stack, it.logicalId, 128);
    const ref = `arn:aws:iam::${account}:policy${it.text('Path') ?? '/'}${name}`;
    return { ref, attributes: { PolicyArn: ref } };
  },
  'AWS::ApiGatewayV2::Api': (it) => {
    const ref = physicalId(it.stack, it.logicalId);
    const scheme = it.text('ProtocolType') === 'WEBSOCKET' ? 'wss' : 'https';
    return {
      ref,
      attributes: { ApiId: ref, ApiEndpoint: `${scheme}://${ref}.execute-api.${region}.amazonaws.com` },
    };
  },
  'AWS::ApiGatewayV2::Stage': (it) => ({ ref: it.text('StageName') ?? '$default', attributes: {} }),
  'AWS::ApiGatewayV2::Route': (it) => withId(it, 'RouteId'),
  'AWS::ApiGatewayV2::Integration': (it) => withId(it, 'IntegrationId'),
  'AWS::ApiGatewayV2::Authorizer': (it) => withId(it, 'AuthorizerId'),
  'AWS::ApiGatewayV2::Deployment': (it) => withId(it, 'DeploymentId'),
  'AWS::KMS::Key': (it) => {
    const ref = physicalId(it.stack, it.logicalId);
    return { ref, attributes: { KeyId: ref, Arn: arn('kms', `key/${ref}`) } };
  },
  'AWS::SecretsManager::Secret': (it) => {
    const name = it.text('Name') ?? physicalName(it.stack, it.logicalId, 64);
    const ref = arn('secretsmanager', `secret:${name}-${physicalId(it.stack, it.logicalId).slice(0, 6)}`);
    return { ref, attributes: { Id: ref, Name: name } };
  },
  'AWS::Logs::LogGroup': (it) => {
    const ref = it.text('LogGroupName') ?? physicalName(it.stack, it.logicalId, 512);
    return { ref, attributes: { Arn: arn('logs', `log-group:${ref}:*`) } };
  },
};

/**
 * @returns undefined for an attribute that the type does not have. Types that nothing here runs have every attribute, with a made-up
 *   value: whoever refers to one can still start, and the type itself is reported or known to be inert.
 */
export function attributeOf(type: string, resource: Named, attribute: string | undefined): string | undefined {
  const known = byType[type]?.(resource);
  if (known !== undefined) return attribute === undefined ? known.ref : known.attributes[attribute];
  const name = physicalName(resource.stack, resource.logicalId, 64);
  if (attribute === undefined) return name;
  const service = type.split('::')[1]?.toLowerCase() ?? 'unknown';
  return attribute.endsWith('Arn') ? arn(service, name) : `${name}.${attribute}`;
}

/** @param function_ a name, an ARN, or an ARN with the alias or version that local functions do not have. */
export function functionArn(function_: string): string {
  const name = function_.startsWith('arn:') ? (function_.split(':')[6] ?? '') : (function_.split(':')[0] ?? '');
  return arn('lambda', `function:${name}`);
}

/** @param bus a name, an ARN, or nothing for the account's default bus. */
export function busName(bus: string | undefined): string {
  return bus === undefined ? 'default' : bus.slice(bus.lastIndexOf('/') + 1);
}

function tableAttributes(it: Named): Attributes {
  const ref = it.text('TableName') ?? physicalName(it.stack, it.logicalId, 255);
  const Arn = arn('dynamodb', `table/${ref}`);
  return {
    ref,
    attributes: {
      Arn,
      StreamArn: `${Arn}/stream/2000-01-01T00:00:00.000`,
      TableId: physicalId(it.stack, it.logicalId),
    },
  };
}

function withId(it: Named, attribute: string): Attributes {
  const ref = physicalId(it.stack, it.logicalId);
  return { ref, attributes: { [attribute]: ref } };
}
