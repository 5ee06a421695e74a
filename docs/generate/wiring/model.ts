import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { emptyBundles } from '../../../infra/bundle/empty-bundles.ts';
import type { CloudModel } from '../../../infra/local/model.ts';
import { readModel } from '../../../infra/local/template/read-model.ts';
import { buildStacks } from '../../../infra/parley.ts';
import { localStage, readSettings } from '../../../infra/settings.ts';

let known: CloudModel | undefined;

/** What the templates of the stage that runs on one's own machine say. Bundles nothing. */
export const localModel = (): CloudModel => {
  known ??= synthesised();
  return known;
};

const synthesised = (): CloudModel => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-wiring-'));
  try {
    const outdir = join(folder, 'assembly');
    const metadata = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };
    const app = new App({
      outdir,
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
      context: { ...cdkJson.context, ...metadata },
    });
    buildStacks(app, { settings: readSettings(localStage, undefined), bundles: emptyBundles(join(folder, 'bundles')) });
    app.synth();
    return readModel(outdir);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
