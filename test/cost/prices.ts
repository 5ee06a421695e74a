/**
 * What AWS asks in us-east-1, on demand, first tier, without free tiers: the prices that Parley meets and no others. AWS changes them
 * seldom and downwards; whoever checks them again against the pages changes `asOf`.
 */
export const asOf = '2026-11-21';
export const region = 'us-east-1';

interface Price {
  service: string;
  /** What one of them is, with how AWS rounds. */
  of: string;
  usd: number;
  /** So many for that. */
  per: number;
  page: string;
}

const million = 1_000_000;

const lambda = 'https://aws.amazon.com/lambda/pricing/';
const dynamodb = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const gateway = 'https://aws.amazon.com/api-gateway/pricing/';
const eventBridge = 'https://aws.amazon.com/eventbridge/pricing/';
const cloudWatch = 'https://aws.amazon.com/cloudwatch/pricing/';

export const prices = {
  webSocketMessage: {
    service: 'API Gateway',
    of: 'WebSocket messages of up to 32 KB: frames received, answers, posts',
    usd: 1,
    per: million,
    page: gateway,
  },
  connectionMinute: {
    service: 'API Gateway',
    of: 'minutes of open WebSockets',
    usd: 0.25,
    per: million,
    page: gateway,
  },
  httpRequest: { service: 'API Gateway', of: 'HTTP requests of up to 512 KB', usd: 1, per: million, page: gateway },
  lambdaRequest: { service: 'Lambda', of: 'invocations', usd: 0.2, per: million, page: lambda },
  lambdaGbSecond: {
    service: 'Lambda',
    of: 'GB-seconds on arm64, by the millisecond',
    usd: 13.3334,
    per: million,
    page: lambda,
  },
  writeUnit: { service: 'DynamoDB', of: 'write request units of 1 KB', usd: 0.625, per: million, page: dynamodb },
  readUnit: { service: 'DynamoDB', of: 'read request units of 4 KB', usd: 0.125, per: million, page: dynamodb },
  busEvent: {
    service: 'EventBridge',
    of: 'custom events of up to 64 KB; rules, and delivery within the account, are free',
    usd: 1,
    per: million,
    page: eventBridge,
  },
  archivedGb: { service: 'EventBridge', of: 'GB taken into the archive', usd: 0.1, per: 1, page: eventBridge },
  queueRequest: {
    service: 'SQS',
    of: 'requests of up to 64 KB, those of rules and event sources included',
    usd: 0.4,
    per: million,
    page: 'https://aws.amazon.com/sqs/pricing/',
  },
  secretRead: {
    service: 'Secrets Manager',
    of: 'requests',
    usd: 0.05,
    per: 10_000,
    page: 'https://aws.amazon.com/secrets-manager/pricing/',
  },
  mobilePush: {
    service: 'SNS',
    of: 'mobile push notifications',
    usd: 0.5,
    per: million,
    page: 'https://aws.amazon.com/sns/pricing/',
  },
  email: {
    service: 'SES',
    of: 'e-mails',
    usd: 0.1,
    per: 1_000,
    page: 'https://aws.amazon.com/ses/pricing/',
  },
  logGb: { service: 'CloudWatch Logs', of: 'GB of log lines taken in', usd: 0.5, per: 1, page: cloudWatch },
  tableGbMonth: { service: 'DynamoDB', of: 'GB stored for a month', usd: 0.25, per: 1, page: dynamodb },
  backupGbMonth: {
    service: 'DynamoDB',
    of: 'GB that can be restored to a point in time, a month',
    usd: 0.2,
    per: 1,
    page: dynamodb,
  },
  alarmMonth: { service: 'CloudWatch', of: 'alarms on one metric, a month', usd: 0.1, per: 1, page: cloudWatch },
  metricMonth: { service: 'CloudWatch', of: 'metrics of one’s own, a month', usd: 0.3, per: 1, page: cloudWatch },
  dashboardMonth: { service: 'CloudWatch', of: 'dashboards, a month', usd: 3, per: 1, page: cloudWatch },
  keyMonth: {
    service: 'KMS',
    of: 'keys of one’s own, a month',
    usd: 1,
    per: 1,
    page: 'https://aws.amazon.com/kms/pricing/',
  },
  secretMonth: {
    service: 'Secrets Manager',
    of: 'secrets kept for a month',
    usd: 0.4,
    per: 1,
    page: 'https://aws.amazon.com/secrets-manager/pricing/',
  },
} as const satisfies Record<string, Price>;

export type Priced = keyof typeof prices;
