import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { stageBudget } from '../constructs/stage-budget.ts';
import type { Settings } from '../settings.ts';

/** What watches over the bill. There is no such stack where the settings have no budget. */
export class BudgetStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { stage, budget }: Pick<Settings, 'stage'> & { budget: NonNullable<Settings['budget']> },
  ) {
    super(scope, id);
    stageBudget(this, 'Budget', { stage, budget });
  }
}
