import type { CloudModel } from '../model.ts';
import { readApis } from './apis.ts';
import { readAssembly } from './assembly.ts';
import { readEventSources } from './event-sources.ts';
import { readFunctions } from './functions.ts';
import { isInert } from './inert.ts';
import { readKeys } from './keys.ts';
import { readQueueSenders, readQueues } from './queues.ts';
import { createResources } from './resources.ts';
import { readRoles } from './roles.ts';
import { readBuses, readRules } from './rules.ts';
import { readSchedules } from './schedules.ts';
import { readSecrets } from './secrets.ts';
import { readTables } from './tables.ts';
import { createUnsupported } from './unsupported.ts';

/** Types that one of the readers takes. */
const supported = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::RouteResponse',
  'AWS::ApiGatewayV2::Stage',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
]);

export interface ReadOptions {
  /** Values of template parameters; a parameter that no template declares is left alone. */
  parameters?: Record<string, string>;
}

/**
 * What the stacks in a cloud assembly ask for, resolved. The same assembly and parameters give the same names every time.
 * @param directory what `cdk synth` wrote
 * @throws {TemplateError} for an intrinsic function or property that cannot be honoured here
 */
export function readModel(directory: string, { parameters = {} }: ReadOptions = {}): CloudModel {
  const resources = createResources(readAssembly(directory), parameters);
  const unsupported = createUnsupported();
  for (const resource of resources.all) {
    if (!supported.has(resource.type) && !isInert(resource.type)) {
      unsupported.add(resource, 'resources of this type are not run here');
    }
  }
  const roles = readRoles(resources, unsupported);
  const senders = readQueueSenders(resources);
  return {
    functions: readFunctions(resources, roles, unsupported),
    tables: readTables(resources),
    queues: readQueues(resources),
    secrets: readSecrets(resources),
    keys: readKeys(resources, unsupported),
    buses: readBuses(resources),
    rules: readRules(resources, senders, unsupported),
    schedules: readSchedules(resources, roles, unsupported),
    eventSources: readEventSources(resources, unsupported),
    ...readApis(resources, unsupported),
    unsupported: unsupported.list(),
    outputs: resources.outputs(),
  };
}
