import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { hookFunctionName } from './before-send-hook.ts';
import type { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';

/**
 * Permission to ask the hooks of tenants before a message is stored, and `BEFORE_SEND_HOOKS`; nothing where there are none. Their ARNs
 * are spelled, not imported from another stack: CloudFormation would keep a hook for as long as any stack names it.
 */
export const grantAskHooks =
  ({ settings: { stage, beforeSend } }: Deployment) =>
  (fn: ChatFunction): void => {
    const asking = (tenant: string): string =>
      Stack.of(fn).formatArn({
        service: 'lambda',
        resource: 'function',
        resourceName: hookFunctionName(stage, tenant),
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const hooks = Object.entries(beforeSend.tenants).map(
      ([tenant, { functionArn = asking(tenant), onFailure }]) => [tenant, { functionArn, onFailure }] as const,
    );
    if (hooks.length === 0) return;
    fn.allow(['lambda:InvokeFunction'], [...new Set(hooks.map(([, { functionArn }]) => functionArn))]);
    fn.addEnvironment('BEFORE_SEND_HOOKS', JSON.stringify(Object.fromEntries(hooks)));
  };
