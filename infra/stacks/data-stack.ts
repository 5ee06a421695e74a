import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ChatBus } from '../constructs/chat-bus.ts';
import { ChatTable } from '../constructs/chat-table.ts';
import { dataKey } from '../constructs/data-key.ts';
import { EdgeKey } from '../constructs/edge-key.ts';
import type { Settings } from '../settings.ts';

/** What is kept, and where it is told. */
export class DataStack extends Stack {
  readonly table: ChatTable;
  readonly bus: ChatBus;
  /** Of whoever deploys, where the settings ask for one. */
  readonly dataKey: IKey | undefined;
  readonly edgeKey: EdgeKey | undefined;

  constructor(scope: Construct, id: string, settings: Settings) {
    const { retainData, encryption, edge } = settings;
    super(scope, id, { terminationProtection: retainData });
    this.dataKey = encryption === 'customer-managed' ? dataKey(this, 'Key', settings) : undefined;
    const deployment = { settings, dataKey: this.dataKey };
    this.table = new ChatTable(this, 'Data', deployment);
    this.bus = new ChatBus(this, 'Events', deployment);
    this.edgeKey = edge === null ? undefined : new EdgeKey(this, 'Edge', settings);
    new CfnOutput(this, 'TableName', { value: this.table.name });
    new CfnOutput(this, 'BusName', { value: this.bus.name });
  }
}
