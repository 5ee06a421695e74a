import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Cloud } from '../../infra/local/cloud.ts';
import { forWebhooks, publicSource } from '../../shared/protocol/event-sources.ts';

export interface PublicEvent {
  type: string;
  detail: {
    id: string;
    version: number;
    tenantId: string;
    occurredAt: string;
    actor: string | null;
    conversationId?: string;
    data: unknown;
  };
}

let events = 0;

/** An event that nothing else causes. */
export const anEvent = (
  tenantId: string,
  { type = 'message.created', data = { n: 1 } as unknown } = {},
): PublicEvent => {
  events += 1;
  const occurredAt = new Date().toISOString();
  return { type, detail: { id: `evt_${events}`, version: 1, tenantId, occurredAt, actor: 'ada', data } };
};

/** Puts events on the cloud's bus as the account's owner, in order, as if webhooks asked for them. */
export const putsOnBus = async (cloud: Cloud, some: readonly PublicEvent[]): Promise<void> => {
  const client = new EventBridgeClient(cloud.clientConfig);
  const EventBusName = cloud.functions.flatMap(({ environment }) => environment.BUS_NAME ?? [])[0];
  for (let start = 0; start < some.length; start += 10) {
    const Entries = some.slice(start, start + 10).map(({ type, detail }) => ({
      EventBusName,
      Source: publicSource,
      Resources: [forWebhooks],
      DetailType: type,
      Detail: JSON.stringify(detail),
    }));
    await client.send(new PutEventsCommand({ Entries }));
  }
  client.destroy();
};
