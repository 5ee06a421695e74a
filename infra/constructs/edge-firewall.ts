import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { errorCatalogue } from '../../shared/protocol/errors.ts';
import type { ProblemDocument } from '../../shared/protocol/problem.ts';
import type { EdgeSettings } from '../settings/schema/edge.ts';
import type { Settings } from '../settings.ts';

type Rule = CfnWebACL.RuleProperty;

const metric = (metricName: string) => ({
  cloudWatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: false,
});

/** @param counted rules of the group that are counted and refuse nothing */
const managed = (priority: number, name: string, counted: string[] = []): Rule => ({
  name,
  priority,
  overrideAction: { none: {} },
  statement: {
    managedRuleGroupStatement: {
      vendorName: 'AWS',
      name: `AWSManagedRules${name}`,
      ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
    },
  },
  visibilityConfig: metric(name),
});

/** People talk about markup, addresses and commands, in messages of up to 16 KB: what a body says is no attack. */
const sayings = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'EC2MetaDataSSRF_BODY',
];

/** A token in a WebSocket's address may be longer than the 2 KB that this takes. */
const longAddresses = ['SizeRestrictions_QUERYSTRING'];

const sayingsOfBadInputs = ['Log4JRCE_BODY', 'JavaDeserializationRCE_BODY'];

const countryRule = ({ countries }: EdgeSettings): Rule[] => {
  if (countries === null) return [];
  const from = { geoMatchStatement: { countryCodes: countries.codes } };
  return [
    {
      name: 'Countries',
      priority: 0,
      action: { block: {} },
      statement: countries.rule === 'block' ? from : { notStatement: { statement: from } },
      visibilityConfig: metric('Countries'),
    },
  ];
};

/** As the API itself says it. */
const { title, status } = errorCatalogue.rate_limited;
const tooManyRequests = {
  type: 'urn:parley:problem:rate_limited',
  title,
  status,
  code: 'rate_limited',
  detail: 'Too many requests come from this address.',
  retryAfter: 60,
} satisfies ProblemDocument;
const tooMany = 'TooManyRequests';

const rateRule = ({ requestsPerFiveMinutes }: EdgeSettings): Rule => ({
  name: 'Rate',
  priority: 1,
  action: {
    block: {
      customResponse: {
        responseCode: tooManyRequests.status,
        customResponseBodyKey: tooMany,
        responseHeaders: [{ name: 'retry-after', value: String(tooManyRequests.retryAfter) }],
      },
    },
  },
  statement: {
    rateBasedStatement: { limit: requestsPerFiveMinutes, aggregateKeyType: 'IP', evaluationWindowSec: 300 },
  },
  visibilityConfig: metric('Rate'),
});

/** The firewall: countries, requests of one address, AWS's lists of bad addresses and inputs. It keeps a line of what it refuses. */
export class EdgeFirewall extends Construct {
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    { edge, settings: { stage, logRetentionDays, retainData } }: { edge: EdgeSettings; settings: Settings },
  ) {
    super(scope, id);
    const name = `parley-${stage}`;
    const acl = new CfnWebACL(this, 'Acl', {
      name,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      customResponseBodies: {
        [tooMany]: {
          contentType: 'APPLICATION_JSON',
          content: JSON.stringify(tooManyRequests),
        },
      },
      rules: [
        ...countryRule(edge),
        rateRule(edge),
        managed(2, 'AmazonIpReputationList'),
        managed(3, 'KnownBadInputsRuleSet', sayingsOfBadInputs),
        managed(4, 'CommonRuleSet', [...sayings, ...longAddresses]),
      ],
      visibilityConfig: metric(name),
    });
    this.arn = acl.attrArn;

    // A firewall logs only where the name begins so.
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `aws-waf-logs-${name}`,
      retention: logRetentionDays,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroup.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      // Tokens are in these.
      redactedFields: [{ singleHeader: { Name: 'authorization' } }, { queryString: {} }],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }, { ActionCondition: { Action: 'COUNT' } }],
          },
        ],
      },
    });
  }
}
