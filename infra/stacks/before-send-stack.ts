import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { BeforeSendHooks } from '../constructs/before-send-hooks.ts';
import type { Deployment } from '../constructs/deployment.ts';

/** What tenants are asked before a message is stored. Empty, and therefore not deployed, where none has a hook with an address. */
export class BeforeSendStack extends Stack {
  readonly hooks: BeforeSendHooks;

  constructor(scope: Construct, id: string, { deployment }: { deployment: Deployment }) {
    super(scope, id);
    this.hooks = new BeforeSendHooks(this, 'Hook', { deployment });
  }
}
