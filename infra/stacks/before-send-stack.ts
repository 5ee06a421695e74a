import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { BeforeSendHook } from '../constructs/before-send-hook.ts';
import type { Deployment } from '../constructs/deployment.ts';

/** The functions that ask tenants' hooks before a message is stored. There is no such stack where no hook has an address. */
export class BeforeSendStack extends Stack {
  constructor(scope: Construct, id: string, { deployment }: { deployment: Deployment }) {
    super(scope, id);
    const hooks = new Construct(this, 'Hook');
    for (const [tenant, { url }] of Object.entries(deployment.settings.beforeSend.tenants)) {
      if (url !== undefined) new BeforeSendHook(hooks, { deployment, tenant, url });
    }
  }
}
