import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/**
 * Tells by e-mail when the month's bill of the stage reaches 80 % and 100 % of its budget, and when it is going to exceed it. It sums
 * up what carries the tag `stage`, which the account has to have activated as a cost allocation tag: docs/deploy.md.
 */
export const stageBudget = (
  scope: Construct,
  id: string,
  { stage, budget: { monthlyUsd, emails } }: { stage: string; budget: NonNullable<Settings['budget']> },
): CfnBudget =>
  new CfnBudget(scope, id, {
    budget: {
      budgetName: `parley-${stage}`,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyUsd, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:stage$${stage}`] },
    },
    notificationsWithSubscribers: (
      [
        ['ACTUAL', 80],
        ['ACTUAL', 100],
        ['FORECASTED', 100],
      ] as const
    ).map(([notificationType, threshold]) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold, thresholdType: 'PERCENTAGE' },
      subscribers: emails.map((address) => ({ subscriptionType: 'EMAIL', address })),
    })),
  });
