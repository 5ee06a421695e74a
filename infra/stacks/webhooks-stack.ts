import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ChatBus } from '../constructs/chat-bus.ts';
import type { ChatFunction } from '../constructs/chat-function.ts';
import type { ChatHttpApi } from '../constructs/chat-http-api.ts';
import type { ChatTable } from '../constructs/chat-table.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { MasterSecret } from '../constructs/master-secret.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import { limited } from './grants.ts';

interface WebhooksStackProps {
  deployment: Deployment;
  table: ChatTable;
  bus: ChatBus;
  http: ChatHttpApi;
}

/**
 * What happens in Parley, posted to the endpoints that tenants register. Two lanes lead there: endpoints that fail or are slow have a
 * queue and instances of their own, so that no other tenant's deliveries wait behind theirs.
 */
export class WebhooksStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, table, bus, http }: WebhooksStackProps) {
    super(scope, id);
    const { concurrency, timeoutSeconds } = deployment.settings.webhooks;
    const queues = new Construct(this, 'Queue');
    const master = new MasterSecret(this, 'Master', {
      deployment,
      description: 'What the secrets of webhooks are encrypted under.',
    });

    const lane = (name: string, description: string, maxConcurrency: number) =>
      new WorkQueue(queues, name, {
        deployment,
        description,
        // An endpoint's time, and what is around it.
        timeout: Duration.seconds(timeoutSeconds + 20),
        // One at a time: behind an endpoint that takes its time, nothing waits but an instance.
        batchSize: 1,
        maxConcurrency,
        tries: 5,
        memory: 256,
      });
    const usual = lane(
      'webhook-delivery',
      'Posts events to the endpoints of webhooks that are doing well, for the first time.',
      concurrency.usual,
    );
    const slow = lane(
      'webhook-delivery-slow',
      'Posts events again, and to endpoints of webhooks that failed or were slow lately.',
      concurrency.slow,
    );
    const lanes = (fn: ChatFunction) => {
      usual.grantEnqueue(fn, 'WEBHOOK_QUEUE_URL');
      slow.grantEnqueue(fn, 'WEBHOOK_SLOW_QUEUE_URL');
    };
    for (const { worker } of [usual, slow]) {
      limited(table.grantDeliver)(worker);
      bus.grantPublish(worker);
      master.grantRead(worker, 'WEBHOOK_KEY_ARN');
      worker.grantWebhookSettings();
      slow.grantEnqueue(worker, 'WEBHOOK_SLOW_QUEUE_URL');
    }

    const dispatch = new WorkQueue(queues, 'webhook-dispatch', {
      deployment,
      description: 'Makes a delivery of each event for each webhook that asks for it.',
      timeout: Duration.seconds(30),
      batchSize: 10,
      tries: 10,
      lag: Duration.minutes(5),
    });
    bus.feedsWebhooks(dispatch);
    limited(table.grantDispatch)(dispatch.worker);
    lanes(dispatch.worker);

    const keeping = (grant: (fn: ChatFunction) => void) => (fn: ChatFunction) => {
      grant(fn);
      master.grantRead(fn, 'WEBHOOK_KEY_ARN');
    };
    const leading = (grant: (fn: ChatFunction) => void) => (fn: ChatFunction) => {
      grant(fn);
      fn.grantWebhookSettings();
    };
    const delivering = (grant: (fn: ChatFunction) => void) => (fn: ChatFunction) => {
      limited(grant)(fn);
      lanes(fn);
    };
    http.serve(new Construct(this, 'Http'), {
      'webhooks/list': table.grantListWebhooks,
      'webhooks/create': leading(keeping(table.grantCreateWebhook)),
      'webhooks/get': table.grantReadWebhook,
      'webhooks/update': leading(table.grantChangeWebhook),
      'webhooks/delete': table.grantRemoveWebhook,
      'webhooks/rotate-secret': keeping(table.grantChangeWebhook),
      'webhooks/test': delivering(table.grantTestWebhook),
      'webhooks/deliveries': limited(table.grantListDeliveries),
      'webhooks/redeliver': delivering(table.grantRedeliver),
      'webhooks/replay': delivering(table.grantReplay),
    });
  }
}
