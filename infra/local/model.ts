/**
 * What the synthesised templates say, resolved: every intrinsic is a plain value by now. `template/` makes it, the rest of
 * the local cloud runs it. Nothing here knows Parley; it knows CloudFormation.
 */

/** The account and region that everything local pretends to live in. */
export const account = '000000000000';
export const region = 'us-east-1';

export interface CloudModel {
  functions: FunctionModel[];
  tables: TableModel[];
  queues: QueueModel[];
  secrets: SecretModel[];
  keys: KeyModel[];
  buses: BusModel[];
  rules: RuleModel[];
  schedules: ScheduleModel[];
  eventSources: EventSourceModel[];
  httpApis: HttpApiModel[];
  webSocketApis: WebSocketApiModel[];
  /** Resources that have no meaning here (roles are folded into functions, log groups, tags …) are left out; those that have one and cannot be run are here. */
  unsupported: { logicalId: string; type: string; reason: string }[];
  /** The stacks' outputs by their export-free names. */
  outputs: Record<string, string>;
}

export interface FunctionModel {
  logicalId: string;
  /** Path of the construct without the stack and `Resource`, e.g. `Http/messages-create`: what people read in logs and reports. */
  name: string;
  arn: string;
  /** Absolute path of the folder that holds the unzipped code asset. */
  codeDirectory: string;
  /** `<file without extension>.<export>` */
  handler: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMb: number;
  reservedConcurrency: number | undefined;
  /** Every statement of the role's inline and attached policies. */
  statements: PolicyStatement[];
  /** Lambda permissions: which principal may invoke it, from which source ARN. */
  invokers: { principal: string; sourceArn: string | undefined }[];
  /** What happens to events that it is given without anybody waiting for the answer; absent is Lambda's own: two retries. */
  asynchronous?: AsynchronousModel;
}

export interface AsynchronousModel {
  maximumRetryAttempts: number;
  maximumEventAgeSeconds: number;
  onSuccessArn: string | undefined;
  onFailureArn: string | undefined;
  /** Queue of the function's own `DeadLetterConfig`: gets the event itself, without the envelope of a destination. */
  deadLetterArn: string | undefined;
}

export interface PolicyStatement {
  effect: 'Allow' | 'Deny';
  actions: string[];
  resources: string[];
  /** As CloudFormation writes it: operator → key → values. */
  conditions: Record<string, Record<string, string | string[]>>;
}

export interface TableModel {
  logicalId: string;
  name: string;
  arn: string;
  streamArn: string | undefined;
  /** Input of DynamoDB's CreateTable, as the template's properties spell it. */
  create: Record<string, unknown>;
  ttlAttribute: string | undefined;
}

export interface QueueModel {
  logicalId: string;
  name: string;
  arn: string;
  /** Attributes as SQS' CreateQueue takes them (VisibilityTimeout, RedrivePolicy as JSON text …). */
  attributes: Record<string, string>;
}

export interface SecretModel {
  name: string;
  arn: string;
  /** What the template gives it, where it generates none. */
  value: string | undefined;
  generate:
    | {
        length: number;
        /** The characters of each kind that may be in it. */
        kinds: string[];
        /** At least one of each kind. */
        eachKind: boolean;
        /** The password is the value of `key` in a JSON object. */
        within: { template: string; key: string } | undefined;
      }
    | undefined;
}

/** A key pair of KMS that signs. */
export interface KeyModel {
  id: string;
  arn: string;
}

export interface BusModel {
  name: string;
  arn: string;
}

export interface RuleModel {
  name: string;
  arn: string;
  busName: string;
  pattern: Record<string, unknown> | undefined;
  /** `rate(1 minute)` or `cron(…)` of AWS::Events::Rule. */
  schedule: string | undefined;
  targets: TargetModel[];
}

export interface TargetModel {
  arn: string;
  input: unknown;
  inputPath: string | undefined;
  inputTransformer: { paths: Record<string, string>; template: string } | undefined;
  deadLetterArn: string | undefined;
  maximumRetryAttempts: number;
}

export interface ScheduleModel {
  name: string;
  arn: string;
  expression: string;
  timeZone: string;
  target: TargetModel;
}

export interface EventSourceModel {
  logicalId: string;
  functionArn: string;
  sourceArn: string;
  batchSize: number;
  batchWindowSeconds: number;
  /** Parsed `FilterCriteria`; a record is taken when any of them matches, or when there are none. */
  filters: Record<string, unknown>[];
  bisectOnError: boolean;
  /** -1 is for ever. */
  maximumRetryAttempts: number;
  /** -1 is for ever. */
  maximumRecordAgeSeconds: number;
  parallelizationFactor: number;
  partialBatchResponses: boolean;
  maximumConcurrency: number | undefined;
  onFailureArn: string | undefined;
  startingPosition: 'LATEST' | 'TRIM_HORIZON' | undefined;
  enabled: boolean;
}

export interface AuthorizerModel {
  id: string;
  name: string;
  functionArn: string;
  /** `$request.header.Authorization`, `route.request.querystring.token` … as the template spells them. */
  identitySources: string[];
  /** Seconds an answer is kept per identity; 0 is never. HTTP APIs only. */
  ttlSeconds: number;
  simpleResponses: boolean;
  payloadFormat: '1.0' | '2.0';
}

export interface RouteModel {
  /** `POST /api/users/{userId}`, `$default`, `$connect`, `message.send` … */
  key: string;
  functionArn: string;
  authorizer: AuthorizerModel | undefined;
  /** WebSocket: whether the answer of the integration goes back to the caller (a RouteResponse exists). */
  returnsResponse: boolean;
  timeoutMs: number;
  /** The stage's own settings for this route; absent is the stage's default. */
  throttle?: ThrottleModel;
}

export interface ThrottleModel {
  /** Requests a second, steady. */
  rate: number | undefined;
  burst: number | undefined;
}

export interface HttpApiModel {
  logicalId: string;
  id: string;
  stage: string;
  routes: RouteModel[];
  cors: CorsModel | undefined;
  throttle: ThrottleModel;
}

export interface CorsModel {
  origins: string[];
  methods: string[];
  headers: string[];
  exposedHeaders: string[];
  maxAgeSeconds: number | undefined;
  credentials: boolean;
}

export interface WebSocketApiModel {
  logicalId: string;
  id: string;
  stage: string;
  /** e.g. `$request.body.event` */
  routeSelection: string;
  routes: RouteModel[];
  throttle: ThrottleModel;
}
