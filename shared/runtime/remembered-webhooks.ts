import type { WebhookList } from '../data/webhook-list.ts';
import type { Clock } from '../domain/clock.ts';
import type { WebhookState } from '../domain/webhooks.ts';

/** An instance looks up a tenant's endpoints anew after so long: a new one hears of what happens from then on. */
const knownForMs = 2_000;
const mostTenantsKnown = 1_000;

/** @returns a tenant's endpoints as they were a moment ago */
export const rememberedWebhooks = ({ webhooks, clock }: { webhooks: WebhookList; clock: Clock }) => {
  const known = new Map<string, { at: number; list: Promise<WebhookState[]> }>();
  return (tenant: string): Promise<WebhookState[]> => {
    const now = clock.now().getTime();
    const before = known.get(tenant);
    if (before && now - before.at < knownForMs) return before.list;
    if (known.size >= mostTenantsKnown) known.clear();
    const list = webhooks.list(tenant, { consistent: false });
    known.set(tenant, { at: now, list });
    list.catch(() => known.delete(tenant));
    return list;
  };
};
export type RememberedWebhooks = ReturnType<typeof rememberedWebhooks>;
