import { z } from 'zod';
import type { EventSourceModel } from '../model.ts';
import { functionArn } from './attributes.ts';
import type { Resource, Resources } from './resources.ts';
import { flag, ignoring, number, text } from './scalars.ts';
import type { Unsupported } from './unsupported.ts';

const properties = z.strictObject({
  FunctionName: text,
  EventSourceArn: text,
  BatchSize: number.optional(),
  MaximumBatchingWindowInSeconds: number.default(0),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: text.optional() })).default([]) })
    .optional(),
  BisectBatchOnFunctionError: flag.default(false),
  MaximumRetryAttempts: number.default(-1),
  MaximumRecordAgeInSeconds: number.default(-1),
  ParallelizationFactor: number.default(1),
  FunctionResponseTypes: z.array(text).default([]),
  ScalingConfig: z.strictObject({ MaximumConcurrency: number.optional() }).optional(),
  DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: text }).optional() }).optional(),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']).optional(),
  Enabled: flag.default(true),
  ...ignoring('Tags', 'KmsKeyArn', 'MetricsConfig'),
});

/** Lambda's own defaults: 100 records of a stream, 10 messages of a queue. */
function defaultBatchSize(sourceArn: string): number {
  return isStream(sourceArn) ? 100 : 10;
}

function isStream(arn: string): boolean {
  return arn.split(':')[2] === 'dynamodb';
}

function read(resource: Resource, unsupported: Unsupported): EventSourceModel[] {
  const it = resource.read(properties);
  const service = it.EventSourceArn.split(':')[2];
  if (service !== 'dynamodb' && service !== 'sqs') {
    unsupported.add(resource, `functions are not fed from ${it.EventSourceArn} here`);
    return [];
  }
  return [
    {
      logicalId: resource.logicalId,
      functionArn: functionArn(it.FunctionName),
      sourceArn: it.EventSourceArn,
      batchSize: it.BatchSize ?? defaultBatchSize(it.EventSourceArn),
      batchWindowSeconds: it.MaximumBatchingWindowInSeconds,
      filters: (it.FilterCriteria?.Filters ?? []).map(({ Pattern = '{}' }) => pattern(Pattern, resource)),
      bisectOnError: it.BisectBatchOnFunctionError,
      maximumRetryAttempts: it.MaximumRetryAttempts,
      maximumRecordAgeSeconds: it.MaximumRecordAgeInSeconds,
      parallelizationFactor: it.ParallelizationFactor,
      partialBatchResponses: it.FunctionResponseTypes.includes('ReportBatchItemFailures'),
      maximumConcurrency: it.ScalingConfig?.MaximumConcurrency,
      onFailureArn: it.DestinationConfig?.OnFailure?.Destination,
      startingPosition: it.StartingPosition,
      enabled: it.Enabled,
    },
  ];
}

function pattern(json: string, resource: Resource): Record<string, unknown> {
  try {
    return JSON.parse(json);
  } catch {
    return resource.refuse('FilterCriteria', `${json} is not JSON`);
  }
}

export function readEventSources(resources: Resources, unsupported: Unsupported): EventSourceModel[] {
  return resources.ofType('AWS::Lambda::EventSourceMapping').flatMap((resource) => read(resource, unsupported));
}
