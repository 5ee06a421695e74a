/**
 * Tells who comes, goes and turns away, to those who share a conversation with them; and looks again later, by messages to itself, at what
 * became worse and at who may have vanished. Safe to repeat.
 */
import * as z from 'zod';
import { live } from '../../shared/runtime/deps.ts';
import { addToLogContext } from '../../shared/runtime/logger.ts';
import { createPresenceQueue, presenceTask } from '../../shared/runtime/presence-queue.ts';
import { createPresenceTelling, type PresenceTelling } from '../../shared/runtime/presence-telling.ts';
import { onQueue } from '../../shared/runtime/queue.ts';

const changed = z.object({
  'detail-type': z.literal('presence.changed'),
  detail: z.object({ tenantId: z.string(), userId: z.string(), towards: z.array(z.string()) }),
});

export const tellPresence = ({ look, reconsider }: PresenceTelling) =>
  onQueue('presence', async (body, { isRetried }) => {
    const message = z.union([changed, presenceTask]).parse(body);
    if ('kind' in message) {
      const { kind: _, ...occasion } = message;
      addToLogContext(occasion);
      return look({ ...occasion, isRetried });
    }
    const { tenantId: tenant, userId: user, towards } = message.detail;
    addToLogContext({ tenant, user });
    for (const other of towards) await reconsider(tenant, user, other);
    await look({ tenant, user, isRetried });
  });

export const handler = live(({ heartbeats, presence, inbox, members, posting, clock, settings }) =>
  tellPresence(
    createPresenceTelling({
      heartbeats,
      presence,
      inbox,
      members,
      posting,
      clock,
      queue: createPresenceQueue(settings.PRESENCE_QUEUE_URL),
      settings: settings.PRESENCE_SETTINGS,
    }),
  ),
);
