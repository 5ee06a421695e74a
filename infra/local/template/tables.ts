import { z } from 'zod';
import type { TableModel } from '../model.ts';
import type { Resource, Resources } from './resources.ts';
import { flag, ignored, ignoring, number, text } from './scalars.ts';

const keySchema = z.array(z.strictObject({ AttributeName: text, KeyType: text }));
const throughput = z.strictObject({ ReadCapacityUnits: number, WriteCapacityUnits: number });

const index = z.strictObject({
  IndexName: text,
  KeySchema: keySchema,
  Projection: z.strictObject({ ProjectionType: text, NonKeyAttributes: z.array(text).optional() }),
  ProvisionedThroughput: throughput.optional(),
  ...ignoring(
    'ContributorInsightsSpecification',
    'WarmThroughput',
    'OnDemandThroughput',
    'WriteProvisionedThroughputSettings',
    'WriteOnDemandThroughputSettings',
  ),
});

const common = {
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: text, AttributeType: text })),
  KeySchema: keySchema,
  BillingMode: text.optional(),
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  StreamSpecification: z.strictObject({ StreamViewType: text, ResourcePolicy: ignored }).optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: text.optional(), Enabled: flag }).optional(),
  ...ignoring('TableName', 'SSESpecification', 'WarmThroughput'),
};

const tableProperties = z.strictObject({
  ...common,
  ProvisionedThroughput: throughput.optional(),
  ...ignoring(
    'PointInTimeRecoverySpecification',
    'ContributorInsightsSpecification',
    'DeletionProtectionEnabled',
    'OnDemandThroughput',
    'ResourcePolicy',
    'TableClass',
    'Tags',
  ),
});

const globalTableProperties = z.strictObject({
  ...common,
  Replicas: z.array(z.looseObject({ Region: text })),
  ...ignoring('WriteProvisionedThroughputSettings', 'WriteOnDemandThroughputSettings', 'MultiRegionConsistency'),
});

/** On demand whatever the template's capacity: throttling for want of it is a fault to be injected, not one to be met. */
function read(resource: Resource): TableModel {
  const properties =
    resource.type === 'AWS::DynamoDB::Table' ? resource.read(tableProperties) : resource.read(globalTableProperties);
  if ('Replicas' in properties && properties.Replicas.length !== 1) {
    resource.refuse('Replicas', 'only one region is supported here');
  }
  const streams = properties.StreamSpecification;
  const ttl = properties.TimeToLiveSpecification;
  return {
    logicalId: resource.logicalId,
    name: resource.ref,
    arn: resource.attribute('Arn'),
    streamArn: streams === undefined ? undefined : resource.attribute('StreamArn'),
    create: {
      TableName: resource.ref,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: properties.AttributeDefinitions,
      KeySchema: properties.KeySchema,
      ...indexes('GlobalSecondaryIndexes', properties.GlobalSecondaryIndexes),
      ...indexes('LocalSecondaryIndexes', properties.LocalSecondaryIndexes),
      ...(streams && { StreamSpecification: { StreamEnabled: true, StreamViewType: streams.StreamViewType } }),
    },
    ttlAttribute: ttl?.Enabled ? ttl.AttributeName : undefined,
  };
}

function indexes(property: string, list: z.infer<typeof index>[] | undefined): Record<string, unknown> {
  if (list === undefined || list.length === 0) return {};
  return { [property]: list.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })) };
}

export function readTables(resources: Resources): TableModel[] {
  return resources.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(read);
}
