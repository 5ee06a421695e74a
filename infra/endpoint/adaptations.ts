/** The stage `endpoint` is made to fit the emulators here, by an aspect that is applied to it and to no other. */
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnResource, type IAspect, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { Mistake } from '../mistake.ts';
import { type DepartureName, departures } from './departures.ts';
import { type Emulator, endpoint, reachedBy } from './endpoint.ts';

/** Of functions that no queue's patience depends on. */
const usualSeconds = 10;

type Adaptation = (construct: IConstruct, address: string) => void;

const without =
  (type: DepartureName): Adaptation =>
  (construct) => {
    if (construct instanceof CfnResource && construct.cfnResourceType === type) {
      construct.node.scope?.node.tryRemoveChild(construct.node.id);
    }
  };

const adaptations: Record<DepartureName, Adaptation> = {
  'AWS::ApiGatewayV2::RouteResponse': without('AWS::ApiGatewayV2::RouteResponse'),
  'AWS::EventSchemas::Registry': without('AWS::EventSchemas::Registry'),
  'AWS::EventSchemas::Schema': without('AWS::EventSchemas::Schema'),
  'AWS::Events::Archive': without('AWS::Events::Archive'),
  postsThroughTheEndpoint: (construct, address) =>
    changeVariable(construct, 'CONNECTIONS_URL', () => {
      const { apiId, stageName } = webSocketOf(construct);
      return `${address}/_aws/execute-api/${apiId}/${stageName}`;
    }),
  namesSecretsByArn: (construct) => {
    if (!(construct instanceof CfnFunction)) return;
    const stack = Stack.of(construct);
    const arns = new Map(
      stack.node
        .findAll()
        .filter((one) => one instanceof CfnSecret)
        .map((secret) => [JSON.stringify(stack.resolve(secret.ref)), secret.attrId]),
    );
    for (const [name, value] of Object.entries(variablesOf(construct))) {
      const arn = arns.get(JSON.stringify(value));
      if (arn !== undefined) changeVariable(construct, name, () => arn);
    }
  },
  takesMoreTime: (construct) => {
    if (construct instanceof CfnFunction && construct.timeout === usualSeconds) construct.timeout = 29;
  },
  findsKeysAtTheEndpoint: (construct, address) =>
    changeVariable(construct, 'TOKEN_ISSUERS', (value) =>
      String(value).replaceAll(`"jwksUri":"${endpoint}/`, `"jwksUri":"${address}/`),
    ),
};

/** For `Aspects.of(app).add`. */
export const adaptedTo = (emulator: Emulator): IAspect => {
  const names = (Object.keys(departures) as DepartureName[]).filter((name) =>
    departures[name].emulators.some((one) => one === emulator),
  );
  return {
    visit: (construct) => {
      for (const name of names) adaptations[name](construct, reachedBy[emulator]);
    },
  };
};

const variablesOf = (construct: CfnFunction): Record<string, unknown> =>
  Stack.of(construct).resolve(construct.environment)?.variables ?? {};

const changeVariable = (construct: IConstruct, name: string, change: (value: unknown) => string): void => {
  if (!(construct instanceof CfnFunction) || !(construct.node.scope instanceof LambdaFunction)) return;
  const variables = variablesOf(construct);
  if (name in variables) construct.node.scope.addEnvironment(name, change(variables[name]));
};

const webSocketOf = ({ node }: IConstruct): { apiId: string; stageName: string } => {
  const everything = node.root.node.findAll();
  const api = everything.find((one) => one instanceof WebSocketApi);
  const stage = everything.find((one) => one instanceof WebSocketStage);
  if (!api || !stage) throw new Mistake('There is no WebSocket API that functions could post to.');
  return { apiId: api.apiId, stageName: stage.stageName };
};
