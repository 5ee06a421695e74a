import { Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Accepts a finding of cdk-nag's AWS Solutions pack, such as `SMG4`, on a construct and what is in it. A test asks that it is found
 * there at all.
 * @param reason a sentence that stays true for as long as the finding is accepted
 */
export const accept = (construct: IConstruct, finding: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${finding}`, reason });

/** As a policy that names this resource is found. */
export const wildcardFinding = (construct: IConstruct, resource: string): string =>
  `IAM5[${shortFinding(`Resource::${spelled(Stack.of(construct).resolve(resource))}`)}]`;

/**
 * A finding without what cdk-nag spells one way before and another way after the stacks know of each other: the name of a resource of
 * another stack. Of an ARN, the service and what follows the first slash remain.
 */
export const shortFinding = (finding: string): string => {
  const [, , service, ...rest] = finding
    .replace(/<[^>]*>/g, '-')
    .replace(/^Resource::/, '')
    .split(':');
  const path = rest.join(':');
  return finding.startsWith('Resource::arn:') ? `Resource::${service}:*${path.slice(path.indexOf('/'))}` : finding;
};

/** What is known only when deployed, by the name that it has in the template. */
const spelled = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (Array.isArray(join)) return join[1].map(spelled).join(join[0]);
  return `<${Array.isArray(attribute) ? attribute.join('.') : Ref}>`;
};
