/** What a SigV4 signature says about who calls whom. Whether it is right is not verified: keys never leave this machine. */
import type { AwsRequest } from './service.ts';

interface Signature {
  accessKeyId: string;
  /** As the credential scope names it: `dynamodb`, `execute-api` … */
  service: string;
}

const credential = /Credential=([^/,\s]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/;

export const signatureOf = (request: AwsRequest): Signature | undefined => {
  const [, accessKeyId, service] = credential.exec(request.headers.authorization ?? '') ?? [];
  return accessKeyId && service ? { accessKeyId, service } : undefined;
};

const targets: [prefix: string, service: string][] = [
  ['DynamoDB', 'dynamodb'],
  ['AmazonSQS', 'sqs'],
  ['AWSEvents', 'events'],
  ['secretsmanager', 'secretsmanager'],
];

/** The service that an unsigned request means, so that it can refuse it in its own words. */
export const serviceMeant = (request: AwsRequest): string => {
  const target = String(request.headers['x-amz-target'] ?? '');
  return targets.find(([prefix]) => target.startsWith(prefix))?.[1] ?? 'execute-api';
};
