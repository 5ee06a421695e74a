import { FunctionCode, FunctionRuntime, Function as ViewerFunction } from 'aws-cdk-lib/aws-cloudfront';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { accept } from './accepted.ts';

/** Where the team puts the files of its web client. Nobody reads it but CloudFront. What was there before is kept for a month. */
export const webBucket = (scope: Construct, id: string, { retainData }: Settings): IBucket => {
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: [
      { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  accept(bucket, 'S1', 'CloudFront alone reads it, and keeps a line of each request itself.');
  return bucket as IBucket;
};

/**
 * Answers addresses inside the web client, such as `/c/g-1`, with its one page. An error page of the distribution could do that too,
 * but would put the page in place of the HTTP API's own 404.
 */
export const onePage = (scope: Construct, id: string): ViewerFunction =>
  new ViewerFunction(scope, id, {
    comment: 'Addresses without a file name are index.html.',
    runtime: FunctionRuntime.JS_2_0,
    code: FunctionCode.fromInline(
      [
        'function handler(event) {',
        '  var request = event.request;',
        "  if (!request.uri.split('/').pop().includes('.')) request.uri = '/index.html';",
        '  return request;',
        '}',
      ].join('\n'),
    ),
  });
