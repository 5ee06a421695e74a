/** What the conformance suite says before and after the stories. */
import type { TestModule } from 'vitest/node';
import type { Places } from '../../infra/endpoint/places.ts';

/** The stacks that were deployed, and how many functions and routes they hold. */
export const deployedAs = ({ url, webSocketUrl, stacks }: Places): string => {
  const count = (type: string) => stacks.reduce((sum, { resources }) => sum + (resources.get(type) ?? 0), 0);
  const lines = stacks.map(({ name, resources }) => {
    const all = [...resources.values()].reduce((sum, one) => sum + one, 0);
    return `${String(all).padStart(6)} resources  ${name}`;
  });
  return [
    `Deployed ${stacks.length} stacks:`,
    ...lines,
    `${count('AWS::Lambda::Function')} functions, ${count('AWS::ApiGatewayV2::Route')} routes, ${count('AWS::Lambda::EventSourceMapping')} event sources.`,
    `HTTP ${url}`,
    `WebSocket ${webSocketUrl}`,
  ].join('\n');
};

/** What became of the stories. */
export interface Outcome {
  passed: number;
  failed: number;
  /** Those that passed when they were played once more. */
  again: string[];
  /** Numbers of stories by the reason that they were skipped for. */
  skipped: Map<string, number>;
}

export const outcomeOf = (modules: readonly TestModule[]): Outcome => {
  const outcome: Outcome = { passed: 0, failed: 0, again: [], skipped: new Map() };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') outcome.passed += 1;
      if (result.state === 'passed' && test.diagnostic()?.flaky) outcome.again.push(test.fullName);
      if (result.state === 'passed') continue;
      if (result.state === 'failed') outcome.failed += 1;
      else {
        const why = (result.state === 'skipped' && result.note) || 'not run';
        outcome.skipped.set(why, (outcome.skipped.get(why) ?? 0) + 1);
      }
    }
  }
  return outcome;
};

/** @param wholeFiles names of the files of which no story was even loaded */
export const outcomeAs = ({ passed, failed, again, skipped }: Outcome, wholeFiles: readonly string[]): string =>
  [
    `${passed} stories passed, ${failed} failed.`,
    ...again.map((name) => `Passed when it was played once more: ${name}`),
    ...[...skipped].map(([why, count]) => `${count} were skipped: ${why}`),
    ...(wholeFiles.length === 0 ? [] : [`Whole files that do not run there: ${wholeFiles.join(', ')}.`]),
    ...(skipped.size + wholeFiles.length === 0 ? [] : ['docs/conformance.md lists all of them, with reasons.']),
  ].join('\n');
