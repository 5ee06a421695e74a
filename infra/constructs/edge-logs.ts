import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource, LogGroup } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Settings } from '../settings.ts';

/** Without `cs-uri-query` and `cs(Cookie)`: a socket's address has its ticket or token in it. */
const fields = [
  ...['timestamp(ms)', 'x-edge-location', 'x-edge-request-id', 'c-ip', 'c-country', 'x-host-header'],
  ...['cs-method', 'cs-uri-stem', 'cs-protocol', 'cs-protocol-version', 'cs(User-Agent)', 'ssl-protocol'],
  ...['sc-status', 'sc-bytes', 'cs-bytes', 'time-taken', 'x-edge-result-type', 'x-edge-detailed-result-type'],
];

/** A line of JSON for each request that reaches CloudFront. Its older way of logging could leave no field out. */
export const logRequests = (distribution: Distribution, { stage, logRetentionDays, retainData }: Settings): void => {
  const name = `parley-${stage}-edge`;
  const logGroup = new LogGroup(distribution, 'AccessLogs', {
    // Under this prefix CloudWatch lets its own deliveries in.
    logGroupName: `/aws/vendedlogs/parley/${stage}/edge`,
    retention: logRetentionDays,
    removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  const source = new CfnDeliverySource(distribution, 'LogSource', {
    name,
    logType: 'ACCESS_LOGS',
    resourceArn: distribution.distributionArn,
  });
  const destination = new CfnDeliveryDestination(distribution, 'LogDestination', {
    name,
    destinationResourceArn: logGroup.logGroupArn,
    outputFormat: 'json',
  });
  const delivery = new CfnDelivery(distribution, 'LogDelivery', {
    deliverySourceName: name,
    deliveryDestinationArn: destination.attrArn,
    recordFields: fields,
  });
  delivery.addResourceDependency(source);
};
