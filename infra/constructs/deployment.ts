import type { Settings } from '../settings.ts';

/** What every function of one deployment shares. */
export interface Deployment {
  settings: Settings;
  /** Folder of the bundles, each at `<entry>/index.mjs`. */
  bundles: string;
}
