import type { CloudModel } from '../model.ts';
import type { Resource } from './resources.ts';

/** Collects what the templates ask for and nothing here can run, to be named at start. */
export interface Unsupported {
  add(resource: Resource, reason: string): void;
  list(): CloudModel['unsupported'];
}

export function createUnsupported(): Unsupported {
  const found: CloudModel['unsupported'] = [];
  return {
    add: ({ logicalId, type }, reason) => void found.push({ logicalId, type, reason }),
    list: () => found,
  };
}
