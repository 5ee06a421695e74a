import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '../temporary.ts';

/** Writes a cloud assembly of these templates by the names of their stacks. */
export async function writeAssembly(templates: Record<string, object>, assets: string[] = []): Promise<string> {
  const directory = await temporaryDirectory();
  const artifacts: Record<string, object> = {};
  for (const [name, template] of Object.entries(templates)) {
    artifacts[name] = { type: 'aws:cloudformation:stack', properties: { templateFile: `${name}.template.json` } };
    await writeFile(join(directory, `${name}.template.json`), JSON.stringify(template));
  }
  artifacts.assets = { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } };
  const files = assets.map((hash) => [
    hash,
    { source: { path: `asset.${hash}`, packaging: 'zip' }, destinations: { here: { objectKey: `${hash}.zip` } } },
  ]);
  await writeFile(join(directory, 'assets.json'), JSON.stringify({ files: Object.fromEntries(files) }));
  for (const hash of assets) await mkdir(join(directory, `asset.${hash}`));
  await writeFile(join(directory, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts }));
  return directory;
}
