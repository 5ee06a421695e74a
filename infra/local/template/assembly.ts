import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** One resource as the template writes it, intrinsics and all. */
export interface RawResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
  Metadata?: Record<string, unknown>;
}

/** One stack of a synthesised app, as read from disk. */
export interface StackTemplate {
  name: string;
  resources: Record<string, RawResource>;
  outputs: Record<string, { Value: unknown; Condition?: string; Export?: { Name: unknown } }>;
  parameters: Record<string, { Type: string; Default?: unknown }>;
  conditions: Record<string, unknown>;
  mappings: Record<string, Record<string, Record<string, unknown>>>;
  /** Construct paths by logical id, without the stack: `Http/messages-create/Resource`. */
  paths: Map<string, string>;
  /** Folders of code assets by the key of the object that a deployment would upload: `<hash>.zip`. */
  assets: Map<string, string>;
}

const metadataSchema = z.record(z.string(), z.array(z.looseObject({ type: z.string(), data: z.unknown().optional() })));

const manifestSchema = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z.record(z.string(), z.unknown()).optional(),
      metadata: metadataSchema.optional(),
      additionalMetadataFile: z.string().optional(),
    }),
  ),
});

const assetsSchema = z.looseObject({
  files: z.record(
    z.string(),
    z.looseObject({
      source: z.looseObject({ path: z.string().optional(), packaging: z.string().optional() }),
      destinations: z.record(z.string(), z.looseObject({ objectKey: z.string() })),
    }),
  ),
});

/** Reads every stack of a cloud assembly (what `cdk synth` leaves in `cdk.out`), those of its stages included. */
export function readAssembly(directory: string): StackTemplate[] {
  const manifest = manifestSchema.parse(readJson(join(directory, 'manifest.json')));
  const artifacts = Object.entries(manifest.artifacts);
  const assets = new Map<string, string>();
  for (const [, artifact] of artifacts) {
    if (artifact.type !== 'cdk:asset-manifest') continue;
    for (const [key, folder] of readAssets(directory, String(artifact.properties?.file))) assets.set(key, folder);
  }
  return artifacts.flatMap(([id, artifact]) => {
    const properties = artifact.properties ?? {};
    if (artifact.type === 'cdk:cloud-assembly') return readAssembly(join(directory, String(properties.directoryName)));
    if (artifact.type !== 'aws:cloudformation:stack') return [];
    const metadata =
      artifact.additionalMetadataFile === undefined
        ? artifact.metadata
        : metadataSchema.parse(readJson(join(directory, artifact.additionalMetadataFile)));
    return [
      readStack(
        String(properties.stackName ?? id),
        join(directory, String(properties.templateFile)),
        metadata ?? {},
        assets,
      ),
    ];
  });
}

function readStack(
  name: string,
  file: string,
  metadata: z.infer<typeof metadataSchema>,
  assets: Map<string, string>,
): StackTemplate {
  const template = readJson(file) as {
    Resources?: StackTemplate['resources'];
    Outputs?: StackTemplate['outputs'];
    Parameters?: StackTemplate['parameters'];
    Conditions?: StackTemplate['conditions'];
    Mappings?: StackTemplate['mappings'];
  };
  const resources = template.Resources ?? {};
  return {
    name,
    resources,
    outputs: template.Outputs ?? {},
    parameters: template.Parameters ?? {},
    conditions: template.Conditions ?? {},
    mappings: template.Mappings ?? {},
    paths: constructPaths(resources, metadata),
    assets,
  };
}

/** Construct paths are in the assembly's metadata, or in the resource's own when the CDK's command line ran the app. */
function constructPaths(
  resources: StackTemplate['resources'],
  metadata: z.infer<typeof metadataSchema>,
): Map<string, string> {
  const paths = new Map<string, string>();
  for (const [path, entries] of Object.entries(metadata)) {
    for (const entry of entries) {
      if (entry.type === 'aws:cdk:logicalId') paths.set(String(entry.data), path.split('/').slice(2).join('/'));
    }
  }
  for (const [logicalId, resource] of Object.entries(resources)) {
    const path = resource.Metadata?.['aws:cdk:path'];
    if (typeof path === 'string') paths.set(logicalId, path.split('/').slice(1).join('/'));
  }
  return paths;
}

function readAssets(directory: string, file: string): Map<string, string> {
  const folders = new Map<string, string>();
  for (const asset of Object.values(assetsSchema.parse(readJson(join(directory, file))).files)) {
    if (asset.source.path === undefined || asset.source.packaging !== 'zip') continue;
    for (const { objectKey } of Object.values(asset.destinations)) {
      folders.set(objectKey, resolve(directory, asset.source.path));
    }
  }
  return folders;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
