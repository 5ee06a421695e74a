import { type App, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { Checks } from '../../../infra/nag.ts';
import { readSettings } from '../../../infra/settings.ts';
import { everything } from './everything.ts';
import { templatesOf } from './templates.ts';

interface Accepted {
  path: string;
  finding: string;
  reason: string;
}

const acceptedIn = (construct: IConstruct): Accepted[] => [
  ...construct.node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    .map(([id, reason]) => ({ path: construct.node.path, finding: id.replace(/^annotation::/i, ''), reason })),
  ...construct.node.children.flatMap(acceptedIn),
];

/** All findings, whether they are accepted or not. */
const findingsIn = (app: App) => {
  const checks = new Checks();
  Object.defineProperty(checks, 'isAcknowledged', { value: () => false });
  return checks
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources = [] }) =>
      violatingResources.map(({ constructPath }) => ({ finding: ruleName, path: constructPath ?? '' })),
    );
};

const covers = (accepted: Accepted, { finding, path }: { finding: string; path: string }) =>
  accepted.finding === finding && `${path}/`.startsWith(`${accepted.path}/`);

const { stage: _stage, ...prod } = readSettings('prod');

describe.each([
  ['dev', 'dev', {}],
  ['staging', 'staging', {}],
  ['prod, as its file has it', 'prod', prod],
  ['prod with everything there is', 'prod', everything],
])('AWS Solutions on %s', (_, stage, content) => {
  const { app } = templatesOf(stage, content);
  const findings = findingsIn(app);
  const accepted = acceptedIn(app);

  it('finds nothing that is not accepted where it is', () => {
    expect(findings.length).toBeGreaterThan(10);
    expect(findings.filter((finding) => !accepted.some((one) => covers(one, finding)))).toEqual([]);
  });

  it('finds whatever is accepted', () => {
    expect(accepted.filter((one) => !findings.some((finding) => covers(one, finding)))).toEqual([]);
  });

  it('is told the reason in a sentence', () => {
    for (const { reason } of accepted) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });
});
