import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ChatBus } from '../constructs/chat-bus.ts';
import type { ChatHttpApi } from '../constructs/chat-http-api.ts';
import type { ChatTable } from '../constructs/chat-table.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { VapidKey } from '../constructs/vapid-key.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import { identityOf, tellsSomebody } from '../settings/schema/notifications.ts';

interface NotificationsStackProps {
  deployment: Deployment;
  table: ChatTable;
  bus: ChatBus;
  http: ChatHttpApi;
}

const anyDevice = 'SNS makes an endpoint for each device that registers: no policy can name them.';

/**
 * Those who are not there are told: their devices and preferences, pushes, and digests by e-mail. Where the settings name no way to tell
 * anybody, no message is looked at.
 */
export class NotificationsStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, table, bus, http }: NotificationsStackProps) {
    super(scope, id);
    const { notifications } = deployment.settings;
    const applications = Object.values(notifications.platformApplications).filter((arn) => arn !== null);
    /** Those of an application: SNS gives each a name of its own. */
    const endpoints = applications.map((arn) => `${arn.replace(':app/', ':endpoint/')}/*`);
    const vapidKey = notifications.webPush === null ? undefined : new VapidKey(this, 'Vapid', { deployment });

    http.serve(new Construct(this, 'Http'), {
      'devices/register': (fn) => {
        fn.grantNotificationSettings();
        table.grantRegisterDevice(fn);
        if (applications.length > 0) {
          fn.allow(['sns:CreatePlatformEndpoint'], applications);
          fn.allow(['sns:SetEndpointAttributes'], endpoints, anyDevice);
        }
      },
      'devices/list': table.grantListDevices,
      'devices/remove': table.grantRemoveDevice,
      'devices/vapid-key': (fn) => {
        fn.grantNotificationSettings();
        vapidKey?.grantRead(fn);
      },
      'notification-preferences/get': table.grantReadNotificationPreferences,
      'notification-preferences/put': table.grantWriteProfile,
      'notification-preferences/of-conversation': table.grantReadPlace,
      'notification-preferences/put-of-conversation': table.grantKeepOwn,
    });

    if (tellsSomebody(notifications)) this.#tell({ deployment, table, bus, vapidKey, endpoints });
  }

  /** From a message to pushes and e-mails. Finding out whom it concerns is dearer than the message itself. */
  #tell({
    deployment,
    table,
    bus,
    vapidKey,
    endpoints,
  }: Omit<NotificationsStackProps, 'http'> & { vapidKey: VapidKey | undefined; endpoints: string[] }): void {
    const { notifications } = deployment.settings;
    const queues = new Construct(this, 'Queue');
    const notify = new WorkQueue(queues, 'notify', {
      deployment,
      description: 'Finds out whom a message concerns who is not there.',
      timeout: Duration.seconds(30),
      batchSize: 10,
      tries: 5,
      lag: Duration.minutes(5),
    });
    bus.feeds(notify, ['message.created']);
    table.grantFindRecipients(notify.worker);
    notify.worker.grantPresenceSettings();

    const notifyUser = new WorkQueue(queues, 'notify-user', {
      deployment,
      description: 'Tells one user of one message, on each of their devices.',
      // What fails is queued anew, with growing pauses; these tries are for workers that die.
      timeout: Duration.seconds(60),
      batchSize: 5,
      tries: 5,
    });
    notifyUser.grantEnqueue(notify.worker, 'USER_QUEUE_URL');
    notifyUser.grantEnqueue(notifyUser.worker, 'USER_QUEUE_URL');
    table.grantNotifyUser(notifyUser.worker);
    notifyUser.worker.grantPresenceSettings();
    notifyUser.worker.grantNotificationSettings();
    vapidKey?.grantRead(notifyUser.worker);
    if (endpoints.length > 0) notifyUser.worker.allow(['sns:Publish', 'sns:DeleteEndpoint'], endpoints, anyDevice);

    const digest = new WorkQueue(queues, 'digest', {
      deployment,
      description: 'Mails one user what is still unread.',
      timeout: Duration.seconds(30),
      batchSize: 5,
      tries: 5,
    });
    digest.grantEnqueue(notifyUser.worker, 'DIGEST_QUEUE_URL');
    digest.grantEnqueue(digest.worker, 'DIGEST_QUEUE_URL');
    table.grantMailDigest(digest.worker);
    digest.worker.grantNotificationSettings();
    if (notifications.email !== null) {
      const resourceName = identityOf(notifications.email);
      digest.worker.allow(['ses:SendEmail'], [this.formatArn({ service: 'ses', resource: 'identity', resourceName })]);
    }
  }
}
