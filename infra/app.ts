/** The CDK app: what `cdk deploy` runs. */
import { parley } from './parley.ts';
import { endWith } from './problem.ts';

try {
  const { app } = await parley({ outdir: process.env.CDK_OUTDIR ?? 'cdk.out' });
  app.synth();
} catch (error) {
  endWith(error);
}
