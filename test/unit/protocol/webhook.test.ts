import { expect, it } from 'vitest';
import { publicEvents } from '../../../shared/protocol/domain-events.ts';
import { webhookEventTypes } from '../../../shared/protocol/webhook.ts';

it('lets a webhook ask for each event that the host can hear of, and for nothing else', () => {
  expect([...webhookEventTypes].sort()).toEqual(publicEvents.map(({ type }) => type).sort());
});
