/** Pushes to phones and tablets, which SNS hands on to FCM and APNs. */
import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  PublishCommand,
  SetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { promptly } from '../data/aws-calls.ts';
import type { MobilePlatform } from '../protocol/device.ts';
import { logger } from './logger.ts';
import { type Fate, lifeSeconds, type Push } from './push.ts';

/** SNS knows no such endpoint, or has found that nobody is behind it. */
const gone = new Set(['EndpointDisabledException', 'EndpointDisabled', 'NotFoundException', 'NotFound']);
const refused = new Set(['InvalidParameterException', 'InvalidParameter', 'InvalidParameterValueException']);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

export const createMobilePush = (client = new SNSClient(promptly)) => ({
  /** Safe to repeat; one that had been found dead begins anew. @returns undefined for what is no token of this platform */
  register: async (PlatformApplicationArn: string, Token: string): Promise<string | undefined> => {
    try {
      const { EndpointArn } = await client.send(new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token }));
      if (EndpointArn === undefined) return undefined;
      await client.send(new SetEndpointAttributesCommand({ EndpointArn, Attributes: { Enabled: 'true' } }));
      return EndpointArn;
    } catch (error) {
      if (refused.has(nameOf(error))) return undefined;
      // In words that hold no token.
      throw new Error(`SNS did not take the device: ${nameOf(error)}.`);
    }
  },

  publish: async (TargetArn: string, platform: MobilePlatform, push: Push): Promise<Fate> => {
    try {
      await client.send(
        new PublishCommand({
          TargetArn,
          MessageStructure: 'json',
          Message: JSON.stringify(messageFor(platform, push)),
          MessageAttributes: attributesFor(platform, push),
        }),
      );
      return 'sent';
    } catch (error) {
      const name = nameOf(error);
      if (gone.has(name)) return 'gone';
      logger.warn('not pushed', { platform, reason: name });
      if (!refused.has(name)) return 'again';
      return /No endpoint found/i.test((error as Error).message) ? 'gone' : 'failed';
    }
  },

  /** So that the same token may begin anew. */
  forget: async (EndpointArn: string): Promise<void> => {
    await client.send(new DeleteEndpointCommand({ EndpointArn }));
  },
});
export type MobilePush = ReturnType<typeof createMobilePush>;

/** Values are texts: FCM takes no others. */
const dataOf = ({ conversationId, messageId, seq, link, badge }: Push): Record<string, string> => ({
  conversationId,
  messageId,
  seq: String(seq),
  badge: String(badge),
  ...(link !== null && { link }),
});

const apnsPayload = (push: Push) => ({
  aps: {
    alert: { title: push.title, body: push.body },
    badge: push.badge,
    sound: 'default',
    'thread-id': push.conversationId,
  },
  ...dataOf(push),
});

/** A newer one of the same conversation takes the place of the one before. */
const messageFor = (platform: MobilePlatform, push: Push): Record<string, string> => {
  const { title, body, conversationId, badge } = push;
  if (platform !== 'fcm') {
    return { default: body, [platform === 'apns' ? 'APNS' : 'APNS_SANDBOX']: JSON.stringify(apnsPayload(push)) };
  }
  const message = {
    notification: { title, body },
    data: dataOf(push),
    android: {
      collapse_key: conversationId,
      ttl: `${lifeSeconds}s`,
      priority: 'high',
      notification: { tag: conversationId, notification_count: badge },
    },
    apns: {
      headers: { 'apns-collapse-id': conversationId },
      payload: { aps: { badge, sound: 'default', 'thread-id': conversationId } },
    },
  };
  return { default: body, GCM: JSON.stringify({ fcmV1Message: { message } }) };
};

const attributesFor = (platform: MobilePlatform, { conversationId }: Push) => {
  if (platform === 'fcm') return {};
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    'AWS.SNS.MOBILE.APNS.PUSH_TYPE': text('alert'),
    'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': text(conversationId),
    [`AWS.SNS.MOBILE.${platform === 'apns' ? 'APNS' : 'APNS_SANDBOX'}.TTL`]: text(String(lifeSeconds)),
  };
};
