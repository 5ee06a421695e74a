import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { articledAlarm } from '../constructs/alarm.ts';
import { ChatFunction } from '../constructs/chat-function.ts';
import type { ChatHttpApi } from '../constructs/chat-http-api.ts';
import { chatMetrics } from '../constructs/chat-metrics.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { canaryIssuerName, canaryKeysPath } from '../constructs/token-issuers.ts';

interface CanaryStackProps {
  deployment: Deployment;
  http: ChatHttpApi;
  /** The doors that clients come through: those of the edge, where there is one, for nobody gets past it. */
  front: { httpUrl: string; webSocketUrl: string };
}

/** Somebody who logs in, sends and receives as any client does, from outside: docs/observability.md. There is none where the stage wants none. */
export class CanaryStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, http, front }: CanaryStackProps) {
    super(scope, id);
    const { stage, observability } = deployment.settings;
    // It can be told to sign and to say its public half, and to nobody its private half.
    const key = new Key(this, 'Key', {
      description: 'Signs the tokens of the canary.',
      keySpec: KeySpec.RSA_2048,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });

    const keys = new ChatFunction(new Construct(this, 'Http'), 'canary-keys', {
      deployment,
      entry: 'http/canary/keys',
      description: 'Publishes the key that the canary’s tokens are verified with.',
    });
    keys.allow(['kms:GetPublicKey'], [key.keyArn]);
    keys.addEnvironment('CANARY_KEY_ARN', key.keyArn);
    http.serveBeside(this, canaryKeysPath, keys);

    const canary = new ChatFunction(new Construct(this, 'Schedule'), 'canary', {
      deployment,
      entry: 'schedule/canary',
      description: 'Logs in, sends and receives.',
      timeout: Duration.seconds(40),
      memory: 256,
    });
    canary.allow(['kms:Sign'], [key.keyArn]);
    canary.addEnvironment('CANARY_KEY_ARN', key.keyArn);
    canary.addEnvironment('CANARY_ISSUER', canaryIssuerName(http.url));
    canary.addEnvironment('CHAT_HTTP_URL', front.httpUrl);
    canary.addEnvironment('CHAT_WEBSOCKET_URL', front.webSocketUrl);
    if (observability.canary !== 'everyMinute') return;

    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute brings another.
      targets: [new LambdaFunction(canary, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
    canary.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    articledAlarm(this, 'CanaryAlarm', {
      deployment,
      says: 'The canary could not send and receive in three of the last five minutes.',
      article: 'the-canary-fails',
      metric: chatMetrics(stage)('CanarySuccess', { statistic: Stats.MINIMUM }),
      below: 1,
      periods: 5,
      ofThose: 3,
      silenceIsBad: true,
    });
  }
}
