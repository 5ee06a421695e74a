import { type App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, type IApplyRule } from 'cdk-nag';
import { shortFinding } from './constructs/accepted.ts';

/** cdk-nag's AWS Solutions pack, with findings as `accept` has them. */
export class Checks extends AwsSolutionsChecks {
  protected override applyRule({ rule, ...params }: IApplyRule): void {
    super.applyRule({
      ...params,
      ruleSuffixOverride: params.ruleSuffixOverride ?? rule.name,
      rule: (node) => {
        const found = rule(node);
        return Array.isArray(found) ? found.map(shortFinding) : found;
      },
    });
  }
}

/**
 * Has cdk-nag look over all stacks when they are synthesised: a finding that no construct accepts ends the synthesis, and with it
 * `cdk deploy`. See constructs/accepted.ts.
 */
export const checkByAws = (app: App): void => Validations.of(app).addPlugins(new Checks(app));
