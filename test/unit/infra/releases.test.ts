import { describe, expect, it } from 'vitest';
import { everything } from './everything.ts';
import { type Resource, templatesOf } from './templates.ts';

const prod = templatesOf('prod', everything);
const dev = templatesOf('dev');

const aliases = prod.all('AWS::Lambda::Alias');
const names = new Map([...prod.functions()].map(([name, { id }]) => [id, name]));
const nameOf = (id: string | undefined) => names.get(id ?? '') ?? '';
const released = aliases.map(({ Properties }) => nameOf(Properties.FunctionName.Ref));
/** Whether a piece of a template names an alias, or the function itself. */
const namesOf = (value: unknown) => {
  const text = JSON.stringify(value);
  return { alias: aliases.some(({ id }) => text.includes(`${id}"`)), self: prod.functionIn(value) };
};

const callers: [string, (one: Resource) => unknown][] = [
  ['AWS::ApiGatewayV2::Integration', ({ Properties }) => Properties.IntegrationUri],
  ['AWS::ApiGatewayV2::Authorizer', ({ Properties }) => Properties.AuthorizerUri],
  ['AWS::Lambda::EventSourceMapping', ({ Properties }) => Properties.FunctionName],
  ['AWS::Lambda::Permission', ({ Properties }) => Properties.FunctionName],
];

describe('releases', () => {
  it('reach what all messages pass step by step', () => {
    expect([...released].sort()).toEqual([
      'Http/authorizer',
      'Http/messages-create',
      'Stream/fanout',
      'Stream/publisher',
      'WebSocket/connect',
      'WebSocket/message-send',
      'WebSocket/sync',
    ]);
  });

  it('go to a tenth first, and back by themselves', () => {
    const groups = prod.all('AWS::CodeDeploy::DeploymentGroup');

    expect(groups).toHaveLength(aliases.length);
    for (const { Properties } of groups) {
      expect(JSON.stringify(Properties.DeploymentConfigName)).toContain('LambdaCanary10Percent5Minutes');
      expect(Properties.AutoRollbackConfiguration).toEqual({
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'],
      });
      expect(Properties.AlarmConfiguration.Enabled).toBe(true);
    }
  });

  it('are judged by the new version alone', () => {
    const alarms = prod.all('AWS::CloudWatch::Alarm').filter(({ id }) => id.includes('ReleaseAlarm'));

    expect(alarms).toHaveLength(aliases.length);
    for (const { Properties } of alarms) {
      const metrics = Properties.Metrics.filter((one: { MetricStat?: unknown }) => one.MetricStat);
      for (const { MetricStat } of metrics) {
        expect(MetricStat.Metric.Dimensions.map(({ Name }: { Name: string }) => Name)).toContain('ExecutedVersion');
      }
    }
  });

  it.each(callers)('are followed by each %s: none calls such a function past its alias', (type, of) => {
    const past = prod
      .all(type)
      .map((one) => namesOf(of(one)))
      .filter(({ alias, self }) => !alias && released.includes(nameOf(self)));

    expect(past).toEqual([]);
  });

  it('move the readers of the stream without making their mappings anew', () => {
    const idsOf = ({ all }: typeof prod) => all('AWS::Lambda::EventSourceMapping').map(({ id }) => id);

    expect(idsOf(prod).sort()).toEqual(idsOf(dev).sort());
  });

  it('are at once where the settings do not say otherwise', () => {
    expect(dev.all('AWS::Lambda::Alias')).toEqual([]);
    expect(dev.all('AWS::CodeDeploy::DeploymentGroup')).toEqual([]);
  });

  it('take steps for functions that there are', () => {
    expect(() => templatesOf('dev', { releases: { functions: ['fanout'] } })).toThrow(
      'releases.functions names fanout: there is no functions/fanout.ts.',
    );
  });
});
