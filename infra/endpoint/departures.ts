/**
 * What the stage `endpoint` has otherwise than a stage on AWS, and why: where the emulators depart from AWS. adaptations.ts does it, and
 * docs/conformance.md lists it, printed from here.
 */
import type { Emulator } from './endpoint.ts';

export interface Departure {
  /** What is otherwise. */
  what: string;
  reason: string;
  emulators: readonly Emulator[];
}

const notCreated = (type: string, reason: string): Departure => ({
  what: `Without \`${type}\``,
  reason: `It cannot create one; ${reason}`,
  emulators: ['ministack'],
});

export const departures = {
  'AWS::ApiGatewayV2::RouteResponse': notCreated(
    'AWS::ApiGatewayV2::RouteResponse',
    'every route of it answers on the socket as it is.',
  ),
  'AWS::EventSchemas::Registry': notCreated('AWS::EventSchemas::Registry', 'nothing at run time reads schemas.'),
  'AWS::EventSchemas::Schema': notCreated('AWS::EventSchemas::Schema', 'nothing at run time reads schemas.'),
  'AWS::Events::Archive': notCreated('AWS::Events::Archive', 'only a replay would read it.'),
  postsThroughTheEndpoint: {
    what: '`CONNECTIONS_URL` is a path of the endpoint',
    reason: 'The templates have functions post to connections at amazonaws.com, where no emulator is.',
    emulators: ['ministack', 'localstack'],
  },
  namesSecretsByArn: {
    what: 'Functions are told the ARN of a secret by `Fn::GetAtt`',
    reason: 'Its `Ref` of a secret is the name, which on AWS is the ARN.',
    emulators: ['ministack'],
  },
  takesMoreTime: {
    what: 'Functions that somebody waits for have 29 seconds, not 10',
    reason:
      'All of them, and the tests, share the processors of one machine; a function that is started there waits for its turn.',
    emulators: ['ministack', 'localstack'],
  },
  findsKeysAtTheEndpoint: {
    what: '`TOKEN_ISSUERS` has the endpoint by the name that its containers know',
    reason: 'It runs functions in containers of their own, where 127.0.0.1 is the container.',
    emulators: ['localstack'],
  },
} as const satisfies Record<string, Departure>;

export type DepartureName = keyof typeof departures;

/** What is done once the stacks are there, since the templates say it in vain. */
export const afterwards: readonly Departure[] = [
  {
    what: 'The time to live is switched on by `UpdateTimeToLive`',
    reason: 'It drops `TimeToLiveSpecification`.',
    emulators: ['ministack'],
  },
  {
    what: 'The key set of the token issuer is laid into a bucket',
    reason: 'No identity provider is deployed, and the authorizers must find keys wherever they run.',
    emulators: ['ministack', 'localstack'],
  },
];
