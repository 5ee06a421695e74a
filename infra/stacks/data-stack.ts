import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ChatBus } from '../constructs/chat-bus.ts';
import { ChatTable } from '../constructs/chat-table.ts';
import type { Settings } from '../settings.ts';

/** What is kept, and where it is told. */
export class DataStack extends Stack {
  readonly table: ChatTable;
  readonly bus: ChatBus;

  constructor(scope: Construct, id: string, settings: Settings) {
    const { retainData } = settings;
    super(scope, id, { terminationProtection: retainData });
    this.table = new ChatTable(this, 'Data', { retainData });
    this.bus = new ChatBus(this, 'Events', settings);
    new CfnOutput(this, 'TableName', { value: this.table.name });
    new CfnOutput(this, 'BusName', { value: this.bus.name });
  }
}
