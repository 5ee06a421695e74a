import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Settings } from '../settings.ts';
import type { EdgeKey } from './edge-key.ts';

/** What every function of one deployment shares. */
export interface Deployment {
  settings: Settings;
  /** Folder of the bundles, each at `<entry>/index.js`. */
  bundles: string;
  /** Encrypts queues, logs and secrets; undefined: the keys that AWS owns do. */
  dataKey?: IKey | undefined;
  /** Lets the APIs' authorizers know who came through the edge; undefined: there is none. */
  edgeKey?: EdgeKey | undefined;
}
