import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  FunctionEventType,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CfnOutput, Fn, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { edgeHeader } from '../../shared/protocol/edge.ts';
import { accept } from '../constructs/accepted.ts';
import { EdgeFirewall } from '../constructs/edge-firewall.ts';
import { apiHeaders, pageHeaders } from '../constructs/edge-headers.ts';
import { EdgeKey, edgeRegion } from '../constructs/edge-key.ts';
import { logRequests } from '../constructs/edge-logs.ts';
import { onePage, webBucket } from '../constructs/web-bucket.ts';
import type { EdgeSettings } from '../settings/schema/edge.ts';
import type { Settings } from '../settings.ts';

interface EdgeStackProps {
  settings: Settings;
  edge: EdgeSettings;
  /** Whose outputs say where the APIs are: they are in another region, so no other reference leads there. */
  http: Stack;
  webSocket: Stack;
}

/** One domain for everything: the web client at `/`, the HTTP API at `/api/*`, sockets at `/ws`; behind a firewall. */
export class EdgeStack extends Stack {
  /** As a stack of another region knows the domain: by this stack's outputs, if it has no name of its own. */
  readonly domain: string;

  constructor(scope: Construct, id: string, { settings, edge, http, webSocket }: EdgeStackProps) {
    super(scope, id, { env: { region: edgeRegion } });
    const { stage, region } = settings;
    const { domainNames, certificateArn, keyNumber } = edge;
    this.domain = domainNames[0] ?? Fn.getStackOutput(this.stackName, 'DistributionDomain', edgeRegion);

    const api = (stack: Stack, output: string) =>
      new HttpOrigin(Fn.getStackOutput(stack.stackName, output, region ?? edgeRegion), {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
        customHeaders: { [edgeHeader]: EdgeKey.inEdgeRegion(stage) },
      });
    /** `Authorization` reaches the API, the name of this domain does not: API Gateway goes by its own. */
    const passedOn = {
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    };
    const bucket = webBucket(this, 'Web', settings);
    const distribution = new Distribution(this, 'Distribution', {
      // CloudFormation looks a secret up again only for a resource that changes.
      comment: `Parley ${stage}, key ${keyNumber}`,
      ...(certificateArn === null
        ? {}
        : {
            domainNames,
            certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
          }),
      httpVersion: HttpVersion.HTTP2_AND_3,
      webAclId: new EdgeFirewall(this, 'Firewall', { edge, settings }).arn,
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: new ResponseHeadersPolicy(this, 'PageHeaders', pageHeaders(edge, settings)),
        functionAssociations: [{ function: onePage(this, 'OnePage'), eventType: FunctionEventType.VIEWER_REQUEST }],
      },
      additionalBehaviors: {
        '/api/*': {
          ...passedOn,
          origin: api(http, 'HttpDomain'),
          responseHeadersPolicy: new ResponseHeadersPolicy(this, 'ApiHeaders', apiHeaders(settings)),
        },
        // The stage of the WebSocket API has this name, so that the path leads to it as it is, and no path to `/ws/@connections`.
        '/ws': { ...passedOn, origin: api(webSocket, 'WebSocketDomain') },
      },
    });
    logRequests(distribution, settings);
    accept(
      distribution,
      'CFR3',
      'It logs by a delivery of CloudWatch, which can leave the query out: tokens are in it.',
    );
    if (edge.countries === null) accept(distribution, 'CFR1', 'The settings let people in from everywhere.');
    else accept(distribution, 'CFR1', 'The firewall knows the countries, and keeps a line of what it refuses.');
    if (certificateArn === null)
      accept(
        distribution,
        'CFR4',
        'CloudFront decides over TLS on its own domain: a stage that minds has one of its own.',
      );

    new CfnOutput(this, 'Url', { value: `https://${domainNames[0] ?? distribution.distributionDomainName}` });
    new CfnOutput(this, 'DistributionDomain', {
      description: 'Where the DNS records of the domains lead',
      value: distribution.distributionDomainName,
    });
    new CfnOutput(this, 'DistributionId', { value: distribution.distributionId });
    new CfnOutput(this, 'WebBucket', { value: bucket.bucketName });
  }
}
