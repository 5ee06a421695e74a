import { describe, expect, it } from 'vitest';
import { edgeHeader } from '../../../shared/protocol/edge.ts';
import { everything } from './everything.ts';
import { templatesOf } from './templates.ts';

const prod = templatesOf('prod', everything);
const plain = templatesOf('prod', { region: 'us-east-1', edge: {} });
const dev = templatesOf('dev');

const distributionOf = ({ all }: typeof prod) => all('AWS::CloudFront::Distribution')[0]?.Properties.DistributionConfig;
const distribution = distributionOf(prod);
const behaviors = new Map<string, Record<string, unknown>>(
  distribution.CacheBehaviors.map((one: { PathPattern: string }) => [one.PathPattern, one]),
);
const originOf = (behavior: Record<string, unknown> | undefined) =>
  distribution.Origins.find(({ Id }: { Id: string }) => Id === behavior?.TargetOriginId);
const headersOf = (behavior: Record<string, unknown> | undefined) =>
  prod
    .all('AWS::CloudFront::ResponseHeadersPolicy')
    .find(({ id }) => JSON.stringify(behavior?.ResponseHeadersPolicyId).includes(`"${id}"`))?.Properties
    .ResponseHeadersPolicyConfig;

// As AWS calls its own policies.
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const allViewerExceptHostHeader = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

describe('the edge', () => {
  it('is there where the settings say so, in us-east-1, and nowhere else', () => {
    expect([...prod.templates.keys()]).toContain('Parley-prod-Edge');
    expect([...dev.templates.keys()]).not.toContain('Parley-dev-Edge');
  });

  it.each([
    ['/api/*', 'Parley-prod-Http', 'HttpDomain'],
    ['/ws', 'Parley-prod-WebSocket', 'WebSocketDomain'],
  ])('leads %s to an output of %s, in its region', (path, stack, output) => {
    expect(prod.templates.get(stack)?.toJSON().Outputs).toHaveProperty(output);
    expect(originOf(behaviors.get(path))?.DomainName).toEqual({
      'Fn::GetStackOutput': { StackName: stack, OutputName: output, Region: 'eu-central-1' },
    });
  });

  it('has the path of sockets from the name of their stage, and none to their management', () => {
    const stages = prod.all('AWS::ApiGatewayV2::Stage').map(({ Properties }) => Properties.StageName);

    expect(stages).toContain('ws');
    expect([...behaviors.keys()]).toEqual(['/api/*', '/ws']);
  });

  it.each(['/api/*', '/ws'])('hands %s on with its Authorization header, and keeps no answer', (path) => {
    expect(behaviors.get(path)).toMatchObject({
      CachePolicyId: cachingDisabled,
      OriginRequestPolicyId: allViewerExceptHostHeader,
      ViewerProtocolPolicy: 'https-only',
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
    });
    expect(originOf(behaviors.get(path))?.CustomOriginConfig).toMatchObject({
      OriginProtocolPolicy: 'https-only',
      OriginSSLProtocols: ['TLSv1.2'],
    });
  });

  it('reads web files from a private bucket that answers nobody else', () => {
    const [bucket] = prod.all('AWS::S3::Bucket');
    const blocked = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true };

    expect(bucket?.Properties.PublicAccessBlockConfiguration).toEqual({ ...blocked, RestrictPublicBuckets: true });
    expect(bucket?.DeletionPolicy).toBe('Retain');
    expect(originOf(distribution.DefaultCacheBehavior)).toHaveProperty('OriginAccessControlId');
    const policy = JSON.stringify(prod.all('AWS::S3::BucketPolicy')[0]?.Properties.PolicyDocument);
    expect(policy).toContain('"Service":"cloudfront.amazonaws.com"');
    expect(policy).toContain('"AWS:SourceArn"');
  });

  it('answers an address inside the web client with its page, and leaves answers of the API alone', () => {
    const [page] = prod.all('AWS::CloudFront::Function');
    const handler = new Function(`${page?.Properties.FunctionCode}; return handler;`)();
    const asked = (uri: string) => handler({ request: { uri } }).uri;

    expect(['/', '/c/g-1', '/assets/app.js'].map(asked)).toEqual(['/index.html', '/index.html', '/assets/app.js']);
    expect(distribution.CustomErrorResponses).toBeUndefined();
  });

  it('speaks TLS 1.2 or newer on its own domains', () => {
    expect(distribution).toMatchObject({
      Aliases: ['chat.host.test'],
      ViewerCertificate: {
        AcmCertificateArn: everything.edge.certificateArn,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
  });

  it('does without a domain', () => {
    expect(distributionOf(plain)).not.toHaveProperty('Aliases');
    expect(plain.templates.get('Parley-prod-Edge')?.toJSON().Outputs).toHaveProperty('Url');
  });

  it('writes lines about requests without what follows the question mark', () => {
    const [delivery] = prod.all('AWS::Logs::Delivery');

    expect(delivery?.Properties.RecordFields).toContain('cs-uri-stem');
    expect(delivery?.Properties.RecordFields.join()).not.toMatch(/query|cookie|referer/i);
    expect(distribution.Logging).toBeUndefined();
  });
});

describe('its headers', () => {
  const page = headersOf(distribution.DefaultCacheBehavior);
  const api = headersOf(behaviors.get('/api/*'));

  it('ask for HTTPS for two years, on pages and answers', () => {
    for (const { SecurityHeadersConfig } of [page, api]) {
      expect(SecurityHeadersConfig).toMatchObject({
        StrictTransportSecurity: { AccessControlMaxAgeSec: 63_072_000, IncludeSubdomains: true, Override: true },
        ContentTypeOptions: { Override: true },
        FrameOptions: { FrameOption: 'DENY' },
      });
    }
  });

  it('let pages run their own scripts alone, and talk to this domain, the token issuers and who is named', () => {
    const policy: string = page.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy;

    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'self'",
        "connect-src 'self' wss://chat.host.test https://id.host.test https://files.host.test",
        "object-src 'none'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toMatch(/script-src|unsafe-eval/);
  });

  it('let nobody keep an answer of the API that does not say otherwise', () => {
    expect(api.CustomHeadersConfig.Items).toEqual([{ Header: 'cache-control', Value: 'no-store', Override: false }]);
  });
});

describe('the firewall', () => {
  const { Rules: rules, Scope } = prod.all('AWS::WAFv2::WebACL')[0]?.Properties ?? {};
  const rule = (name: string) => rules.find((one: { Name: string }) => one.Name === name);
  const counted = (name: string): string[] =>
    rule(name).Statement.ManagedRuleGroupStatement.RuleActionOverrides.map(({ Name }: { Name: string }) => Name);

  it('is in front of all of it', () => {
    expect(Scope).toBe('CLOUDFRONT');
    expect(JSON.stringify(distribution.WebACLId)).toContain(prod.all('AWS::WAFv2::WebACL')[0]?.id);
  });

  it('lets people in from the countries of the settings, or from everywhere', () => {
    expect(rule('Countries').Statement).toEqual({
      NotStatement: { Statement: { GeoMatchStatement: { CountryCodes: ['DE', 'FR'] } } },
    });
    expect(JSON.stringify(plain.all('AWS::WAFv2::WebACL')[0]?.Properties.Rules)).not.toContain('Geo');
  });

  it('tells an address that asks too much so, as the API would', () => {
    expect(rule('Rate').Statement.RateBasedStatement).toMatchObject({ Limit: 1_000, AggregateKeyType: 'IP' });
    expect(rule('Rate').Action.Block.CustomResponse.ResponseCode).toBe(429);
    const { Content } = prod.all('AWS::WAFv2::WebACL')[0]?.Properties.CustomResponseBodies.TooManyRequests ?? {};
    expect(JSON.parse(Content)).toMatchObject({ status: 429, code: 'rate_limited', retryAfter: 60 });
  });

  it('knows the lists of AWS, and lets people say what they like', () => {
    expect(rules.map(({ Name }: { Name: string }) => Name)).toEqual([
      ...['Countries', 'Rate', 'AmazonIpReputationList', 'KnownBadInputsRuleSet', 'CommonRuleSet'],
    ]);
    expect(counted('CommonRuleSet')).toEqual(
      expect.arrayContaining(['CrossSiteScripting_BODY', 'SizeRestrictions_BODY']),
    );
    expect(counted('CommonRuleSet')).toContain('SizeRestrictions_QUERYSTRING');
  });

  it('keeps lines of what it refuses, without tokens', () => {
    const [logging] = prod.all('AWS::WAFv2::LoggingConfiguration');

    expect(logging?.Properties.RedactedFields).toEqual([
      { SingleHeader: { Name: 'authorization' } },
      { QueryString: {} },
    ]);
    expect(logging?.Properties.LoggingFilter.DefaultBehavior).toBe('DROP');
  });
});

describe('the way past the edge', () => {
  it('is closed by a key that CloudFront shows and no template has in it', () => {
    for (const path of ['/api/*', '/ws']) {
      expect(originOf(behaviors.get(path))?.OriginCustomHeaders).toEqual([
        { HeaderName: edgeHeader, HeaderValue: '{{resolve:secretsmanager:parley-prod-edge:SecretString:::}}' },
      ]);
    }
  });

  it('is guarded by both authorizers, which alone may read the key', () => {
    const told = [...prod.functions()].filter(([, { environment }]) => 'EDGE_KEY_ARN' in environment);
    const sources = prod.all('AWS::ApiGatewayV2::Authorizer').map(({ Properties }) => Properties.IdentitySource);

    expect(told.map(([name]) => name).sort()).toEqual(['Http/authorizer', 'WebSocket/authorizer']);
    expect(sources).toContainEqual(['$request.header.Authorization', `$request.header.${edgeHeader}`]);
  });

  it('has its key in both regions', () => {
    const keyOf = ({ all }: typeof prod) =>
      all('AWS::SecretsManager::Secret').find(({ Properties }) => Properties.Name === 'parley-prod-edge')?.Properties;

    expect(keyOf(prod).ReplicaRegions).toEqual([{ Region: 'us-east-1' }]);
    expect(keyOf(plain)).not.toHaveProperty('ReplicaRegions');
  });

  it('is open where there is no edge', () => {
    expect(JSON.stringify([...dev.functions().values()].map(({ environment }) => environment))).not.toContain(
      'EDGE_KEY',
    );
  });
});
