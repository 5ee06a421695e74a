/**
 * What the stage `endpoint` has otherwise than a stage on AWS, because an emulator departs from AWS: this list, and nothing else.
 * docs/conformance.md has it too, printed from here.
 */
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnResource, type IAspect, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { Mistake } from '../mistake.ts';

/** One departure of an emulator, and what is done about it to each construct that it concerns. */
export interface Adaptation {
  name: string;
  reason: string;
  adapt(construct: IConstruct): void;
}

const without = (type: string, reason: string): Adaptation => ({
  name: `Without ${type}`,
  reason,
  adapt: (construct) => {
    if (construct instanceof CfnResource && construct.cfnResourceType === type) {
      construct.node.scope?.node.tryRemoveChild(construct.node.id);
    }
  },
});

const webSocketOf = ({ node }: IConstruct): { apiId: string; stageName: string } => {
  const everything = node.root.node.findAll();
  const api = everything.find((one) => one instanceof WebSocketApi);
  const stage = everything.find((one) => one instanceof WebSocketStage);
  if (!api || !stage) throw new Mistake('There is no WebSocket API that functions could post to.');
  return { apiId: api.apiId, stageName: stage.stageName };
};

/** @param endpoint its address as the functions reach it */
export const adaptationsTo = (endpoint: string): readonly Adaptation[] => [
  without(
    'AWS::ApiGatewayV2::RouteResponse',
    'MiniStack cannot create it, and answers on the socket for every route as it is.',
  ),
  without('AWS::EventSchemas::Registry', 'MiniStack cannot create it; nothing at run time reads schemas.'),
  without('AWS::EventSchemas::Schema', 'MiniStack cannot create it; nothing at run time reads schemas.'),
  without('AWS::Events::Archive', 'MiniStack cannot create it; only a replay would read it.'),
  {
    name: 'Posts through the endpoint',
    reason: 'The address of the connections in a template is one of amazonaws.com, and the emulator is not there.',
    adapt: (construct) => {
      if (!(construct instanceof CfnFunction) || !(construct.node.scope instanceof LambdaFunction)) return;
      const { variables = {} } = Stack.of(construct).resolve(construct.environment) ?? {};
      if (!('CONNECTIONS_URL' in variables)) return;
      const { apiId, stageName } = webSocketOf(construct);
      construct.node.scope.addEnvironment('CONNECTIONS_URL', `${endpoint}/_aws/execute-api/${apiId}/${stageName}`);
    },
  },
];

/** All of them, for `Aspects.of(app).add`. */
export const adaptedTo = (endpoint: string): IAspect => {
  const adaptations = adaptationsTo(endpoint);
  return {
    visit: (construct) => {
      for (const { adapt } of adaptations) adapt(construct);
    },
  };
};
