import { describe, expect, it } from 'vitest';
import { entryOfCommand } from '../../../infra/bundle/entries.ts';
import { gatewayPath } from '../../../infra/constructs/chat-http-api.ts';
import { commands } from '../../../shared/protocol/commands.ts';
import { routes } from '../../../shared/protocol/routes.ts';
import { templatesOf } from './templates.ts';

const dev = templatesOf('dev');

describe('the HTTP API', () => {
  it.each(routes.flatMap((route) => route.paths.map((path) => ({ ...route, path }))))(
    'routes $method $path to $name',
    ({ name, method, path, access }) => {
      const [route] = dev
        .all('AWS::ApiGatewayV2::Route')
        .filter(({ Properties }) => Properties.RouteKey === `${method} ${gatewayPath(path)}`);
      const integration = dev
        .all('AWS::ApiGatewayV2::Integration')
        .find(({ id }) => JSON.stringify(route?.Properties.Target).includes(`"${id}"`));

      expect(dev.functionIn(integration?.Properties)).toBe(dev.functions().get(`Http/${name.replace('/', '-')}`)?.id);
      expect(route?.Properties.AuthorizationType).toBe(access === 'public' ? 'NONE' : 'CUSTOM');
    },
  );

  it('asks its authorizer once in five minutes per token, for a simple answer', () => {
    const [authorizer] = dev.all('AWS::ApiGatewayV2::Authorizer').filter(({ stack }) => stack.endsWith('Http'));

    expect(authorizer?.Properties).toMatchObject({
      AuthorizerPayloadFormatVersion: '2.0',
      AuthorizerResultTtlInSeconds: 300,
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization'],
    });
  });
});

describe('the WebSocket API', () => {
  const routeOf = (key: string) =>
    dev
      .all('AWS::ApiGatewayV2::Route')
      .find(({ stack, Properties }) => stack.endsWith('WebSocket') && Properties.RouteKey === key);

  it.each([
    ...commands.map(({ name }) => ({ key: name as string, entry: entryOfCommand(name) })),
    { key: '$default', entry: 'websocket/default' },
  ])('answers $key on the same socket', ({ key, entry }) => {
    const route = routeOf(key);
    const integration = dev
      .all('AWS::ApiGatewayV2::Integration')
      .find(({ id }) => JSON.stringify(route?.Properties.Target).includes(`"${id}"`));
    const responses = dev
      .all('AWS::ApiGatewayV2::RouteResponse')
      .filter(({ Properties }) => Properties.RouteId.Ref === route?.id);

    expect(dev.functionIn(integration?.Properties)).toBe(
      dev.functions().get(entry.replace('websocket', 'WebSocket'))?.id,
    );
    expect(route?.Properties.RouteResponseSelectionExpression).toBe('$default');
    expect(responses).toHaveLength(1);
  });

  it('asks its authorizer on $connect, whatever the request names itself with', () => {
    const [authorizer] = dev.all('AWS::ApiGatewayV2::Authorizer').filter(({ stack }) => stack.endsWith('WebSocket'));

    expect(routeOf('$connect')?.Properties.AuthorizationType).toBe('CUSTOM');
    expect(authorizer?.Properties.AuthorizerType).toBe('REQUEST');
    expect(authorizer?.Properties.IdentitySource).toEqual([]);
  });

  it('chooses the route by the event of a frame', () => {
    const [api] = dev.all('AWS::ApiGatewayV2::Api').filter(({ Properties }) => Properties.ProtocolType === 'WEBSOCKET');
    expect(api?.Properties.RouteSelectionExpression).toBe('$request.body.event');
  });
});
