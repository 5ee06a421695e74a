/** Where a deployed stage is, read from the outputs of its stacks. */
import {
  CloudFormationClient,
  paginateDescribeStacks,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { Mistake } from '../mistake.ts';
import { endpointStage } from '../settings.ts';
import { endpoint, endpointClient } from './endpoint.ts';

export interface Places {
  stage: string;
  /** Paths of the HTTP API's routes follow it. */
  url: string;
  webSocketUrl: string;
  tableName: string;
  stacks: Deployed[];
}

/** What one stack holds, by the type of the resource. */
interface Deployed {
  name: string;
  resources: ReadonlyMap<string, number>;
}

/** @throws Mistake where the stage has not been deployed */
export const placesOf = async (stage: string, client = new CloudFormationClient()): Promise<Places> => {
  const outputs: Record<string, string> = {};
  const names: string[] = [];
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {})) {
    for (const { StackName = '', Outputs = [], StackStatus = '' } of Stacks) {
      if (!StackName.startsWith(`Parley-${stage}-`) || StackStatus === 'DELETE_COMPLETE') continue;
      names.push(StackName);
      for (const { OutputKey = '', OutputValue = '' } of Outputs) outputs[OutputKey] = OutputValue;
    }
  }
  const output = (name: string): string => {
    const value = outputs[name];
    if (value === undefined) throw new Mistake(`No stack of the stage ${stage} says its ${name}: is it deployed?`);
    return value;
  };
  return {
    stage,
    url: output('HttpUrl').replace(/\/$/, ''),
    webSocketUrl: output('WebSocketUrl').replace(/\/$/, ''),
    tableName: output('TableName'),
    stacks: await Promise.all(
      names.sort().map(async (name) => ({ name, resources: await countResources(client, name) })),
    ),
  };
};

/** As `placesOf`. Names of the outputs lead to amazonaws.com; at the endpoint the same APIs are paths. */
export const placesAtEndpoint = async (): Promise<Places> => {
  const places = await placesOf(endpointStage, new CloudFormationClient(endpointClient));
  const apiOf = (url: string): string => new URL(url).hostname.split('.')[0] ?? '';
  const api = (url: string, stage: string) => `${endpoint}/_aws/execute-api/${apiOf(url)}/${stage}`;
  return {
    ...places,
    url: api(places.url, '$default'),
    webSocketUrl: api(places.webSocketUrl, new URL(places.webSocketUrl).pathname.slice(1)).replace(/^http/, 'ws'),
  };
};

const countResources = async (client: CloudFormationClient, StackName: string): Promise<Map<string, number>> => {
  const counts = new Map<string, number>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
    for (const { ResourceType = '' } of StackResourceSummaries) {
      counts.set(ResourceType, (counts.get(ResourceType) ?? 0) + 1);
    }
  }
  return counts;
};
