import { z } from 'zod';
import type { AsynchronousModel, FunctionModel, PolicyStatement } from '../model.ts';
import { functionArn } from './attributes.ts';
import type { Resource, Resources } from './resources.ts';
import { ignoring, number, text } from './scalars.ts';
import type { Unsupported } from './unsupported.ts';

const functionProperties = z.strictObject({
  Code: z.strictObject({
    S3Key: text.optional(),
    ZipFile: text.optional(),
    ImageUri: text.optional(),
    ...ignoring('S3Bucket', 'S3ObjectVersion', 'SourceKMSKeyArn'),
  }),
  Handler: text.optional(),
  Runtime: text.optional(),
  Role: text,
  Timeout: number.default(3),
  MemorySize: number.default(128),
  ReservedConcurrentExecutions: number.optional(),
  Environment: z.strictObject({ Variables: z.record(z.string(), text).default({}) }).optional(),
  DeadLetterConfig: z.strictObject({ TargetArn: text.optional() }).optional(),
  Layers: z.array(text).optional(),
  ...ignoring(
    'FunctionName',
    'Description',
    'Architectures',
    'PackageType',
    'Tags',
    'TracingConfig',
    'LoggingConfig',
    'KmsKeyArn',
    'EphemeralStorage',
    'SnapStart',
    'RuntimeManagementConfig',
    'RecursiveLoop',
  ),
});

const permissionProperties = z.strictObject({
  FunctionName: text,
  Principal: text,
  SourceArn: text.optional(),
  ...ignoring('Action', 'SourceAccount', 'PrincipalOrgID', 'InvokedViaFunctionUrl'),
});

const destination = z.strictObject({ Destination: text });

const invokeConfigProperties = z.strictObject({
  FunctionName: text,
  MaximumRetryAttempts: number.default(2),
  MaximumEventAgeInSeconds: number.default(21_600),
  DestinationConfig: z
    .strictObject({ OnSuccess: destination.optional(), OnFailure: destination.optional() })
    .optional(),
  ...ignoring('Qualifier'),
});

/** @param statements each role's, by its ARN */
export function readFunctions(
  resources: Resources,
  statements: Map<string, PolicyStatement[]>,
  unsupported: Unsupported,
): FunctionModel[] {
  const permissions = resources.ofType('AWS::Lambda::Permission').map((resource) => {
    const { FunctionName, Principal, SourceArn } = resource.read(permissionProperties);
    return { arn: functionArn(FunctionName), principal: Principal, sourceArn: SourceArn };
  });
  const invokeConfigs = new Map(
    resources.ofType('AWS::Lambda::EventInvokeConfig').map((resource) => {
      const properties = resource.read(invokeConfigProperties);
      return [functionArn(properties.FunctionName), properties];
    }),
  );

  function read(resource: Resource): FunctionModel[] {
    const properties = resource.read(functionProperties);
    const refusal = reasonNotToRun(properties);
    if (refusal !== undefined) {
      unsupported.add(resource, refusal);
      return [];
    }
    const key = properties.Code.S3Key ?? '';
    const codeDirectory = resource.asset(key);
    if (codeDirectory === undefined) resource.refuse('Code.S3Key', `no asset of the assembly has the key ${key}`);
    const arn = resource.attribute('Arn');
    const config = invokeConfigs.get(arn);
    return [
      {
        logicalId: resource.logicalId,
        name: resource.name,
        arn,
        codeDirectory,
        handler: properties.Handler ?? resource.refuse('Handler', 'it is missing'),
        environment: properties.Environment?.Variables ?? {},
        timeoutSeconds: properties.Timeout,
        memoryMb: properties.MemorySize,
        reservedConcurrency: properties.ReservedConcurrentExecutions,
        statements: statements.get(properties.Role) ?? [],
        invokers: permissions
          .filter((permission) => permission.arn === arn)
          .map(({ principal, sourceArn }) => ({ principal, sourceArn })),
        asynchronous: asynchronous(config, properties.DeadLetterConfig?.TargetArn),
      },
    ];
  }

  return resources.ofType('AWS::Lambda::Function').flatMap(read);
}

function reasonNotToRun(properties: z.infer<typeof functionProperties>): string | undefined {
  if (properties.Code.ImageUri !== undefined) return 'functions from container images are not run here';
  if (properties.Code.ZipFile !== undefined) return 'functions with their code in the template are not run here';
  if (!properties.Runtime?.startsWith('nodejs')) return `the runtime ${properties.Runtime} is not run here`;
  if (properties.Layers?.length) return 'functions with layers are not run here';
  return undefined;
}

function asynchronous(
  config: z.infer<typeof invokeConfigProperties> | undefined,
  deadLetterArn: string | undefined,
): AsynchronousModel {
  return {
    maximumRetryAttempts: config?.MaximumRetryAttempts ?? 2,
    maximumEventAgeSeconds: config?.MaximumEventAgeInSeconds ?? 21_600,
    onSuccessArn: config?.DestinationConfig?.OnSuccess?.Destination,
    onFailureArn: config?.DestinationConfig?.OnFailure?.Destination,
    deadLetterArn,
  };
}
