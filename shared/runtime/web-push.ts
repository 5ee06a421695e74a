/** Pushes to browsers: encrypted for each, signed with this deployment's key, posted to the push service of the browser's maker. */
import webPush from 'web-push';
import { isPushService } from '../domain/push-services.ts';
import type { WebSubscription } from '../protocol/device.ts';
import { logger } from './logger.ts';
import { type Fate, lifeSeconds, type Push } from './push.ts';
import type { Vapid } from './vapid.ts';

const patienceMs = 5_000;

export const createWebPush = ({ contact, hosts }: { contact: string; hosts: readonly string[] }, vapid: Vapid) => ({
  /** A subscription that cannot be sent to, as it stands, has failed. @throws where the key cannot be read */
  publish: async (subscription: Pick<WebSubscription, 'endpoint' | 'keys'>, push: Push): Promise<Fate> => {
    if (!isPushService(subscription.endpoint, hosts)) return 'failed';
    const vapidDetails = { subject: contact, ...(await vapid.keys()) };
    try {
      const { headers, body, endpoint } = webPush.generateRequestDetails(
        subscription,
        JSON.stringify(payloadOf(push)),
        {
          vapidDetails,
          TTL: lifeSeconds,
          urgency: 'high',
          topic: push.conversationId,
        },
      );
      const { 'Content-Length': _, ...rest } = headers as Record<string, string | number>;
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers: Object.entries(rest).map(([name, value]) => [name, String(value)] as [string, string]),
        body: new Uint8Array(body ?? Buffer.alloc(0)),
        redirect: 'manual',
        signal: AbortSignal.timeout(patienceMs),
      });
      await answer.body?.cancel();
      const fate = fateOf(answer.status);
      if (fate !== 'sent' && fate !== 'gone') logger.warn('not pushed', { platform: 'web', reason: answer.status });
      return fate;
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown';
      logger.warn('not pushed', { platform: 'web', reason });
      // What the network did not carry; the rest is the subscription's own fault, whose keys are no keys.
      return reason === 'TimeoutError' || error instanceof TypeError ? 'again' : 'failed';
    }
  },
});
export type WebPush = ReturnType<typeof createWebPush>;

/** What a service worker gets; `tag` makes a newer one of the same conversation take the place of the one before. */
const payloadOf = ({ title, body, conversationId, messageId, seq, link, badge }: Push) => ({
  title,
  body,
  tag: conversationId,
  badge,
  data: { conversationId, messageId, seq, link },
});

const fateOf = (status: number): Fate => {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 404 || status === 410) return 'gone';
  return status === 408 || status === 429 || status >= 500 ? 'again' : 'failed';
};
