/** The CDK app: what `cdk deploy` runs. */

import { endWith } from './mistake.ts';
import { parley } from './parley.ts';

try {
  const { app } = await parley({ outdir: process.env.CDK_OUTDIR ?? 'cdk.out' });
  app.synth();
} catch (error) {
  endWith(error);
}
