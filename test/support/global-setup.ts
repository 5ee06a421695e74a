import type { TestProject } from 'vitest/node';
import { synthesize } from '../../infra/local/synth.ts';

/** The stacks are synthesised once; every cloud of the tests starts from them. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('assembly', await synthesize());
}
