/** How the parts of a stage are joined, one fact a line: what calls each function, what it is told, and what it may do. */

import type {
  CloudModel,
  EventSourceModel,
  FunctionModel,
  RouteModel,
  TargetModel,
} from '../../../infra/local/model.ts';
import { account, region } from '../../../infra/local/model.ts';

/** Of one function. Each fact reads by itself. */
export interface Wiring {
  /** As `FunctionModel.name`. */
  name: string;
  facts: readonly string[];
}

/** @returns every function's, by name */
export const wiringOf = (model: CloudModel): Wiring[] => {
  const nameOf = namesIn(model);
  return model.functions
    .map((fn) => ({
      name: fn.name,
      facts: [
        ...routesOf(model, fn, nameOf),
        ...sourcesOf(model, fn, nameOf),
        ...rulesOf(model, fn, nameOf),
        `is told ${Object.keys(fn.environment)
          .sort()
          .map((variable) => `\`${variable}\``)
          .join(', ')}`,
        ...grantsOf(fn, nameOf),
      ],
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};

type NameOf = (arn: string) => string;

const routesOf = (model: CloudModel, { arn }: FunctionModel, nameOf: NameOf): string[] => {
  const authorizer = (route: RouteModel) =>
    route.authorizer ? ` behind \`${nameOf(route.authorizer.functionArn)}\`` : '';
  const answers = (route: RouteModel) => (route.returnsResponse ? ', and its answer goes back on the socket' : '');
  return [
    ...model.httpApis.flatMap(({ routes }) =>
      ofFunction(routes, arn).map((route) => `answers \`${route.key}\`${authorizer(route)}`),
    ),
    ...model.webSocketApis.flatMap(({ routes }) =>
      ofFunction(routes, arn).map((route) => `answers the frame \`${route.key}\`${authorizer(route)}${answers(route)}`),
    ),
    ...[...model.httpApis, ...model.webSocketApis]
      .flatMap(({ routes }) => routes.flatMap(({ authorizer: one }) => (one?.functionArn === arn ? [one] : [])))
      .slice(0, 1)
      .map((one) => `authorizes by ${one.identitySources.map((source) => `\`${source}\``).join(' and ')}`),
  ].sort();
};

const ofFunction = <T extends { functionArn: string }>(all: readonly T[], arn: string): T[] =>
  all.filter(({ functionArn }) => functionArn === arn);

const sourcesOf = ({ eventSources }: CloudModel, { arn }: FunctionModel, nameOf: NameOf): string[] =>
  ofFunction(eventSources, arn).flatMap((source) => [
    `reads \`${nameOf(source.sourceArn)}\`${patienceOf(source)}`,
    ...source.filters.map((filter) => `is called for \`${JSON.stringify(filter)}\``),
    ...(source.onFailureArn ? [`leaves what it gives up on in \`${nameOf(source.onFailureArn)}\``] : []),
  ]);

const patienceOf = ({ batchSize, partialBatchResponses, bisectOnError }: EventSourceModel): string =>
  [
    ` in batches of ${batchSize}`,
    ...(partialBatchResponses ? ['fails for single records'] : []),
    ...(bisectOnError ? ['failing batches are halved'] : []),
  ].join(', ');

/** Rules that lead to it, and those that lead to a queue that it reads. */
const rulesOf = (model: CloudModel, { arn }: FunctionModel, nameOf: NameOf): string[] => {
  const queues = ofFunction(model.eventSources, arn).map(({ sourceArn }) => sourceArn);
  const leadsHere = (target: TargetModel) => target.arn === arn || queues.includes(target.arn);
  return [
    ...model.rules.flatMap(({ pattern, schedule, targets }) =>
      targets
        .filter(leadsHere)
        .map(() => (pattern ? `hears of \`${JSON.stringify(pattern)}\`` : `is called at \`${schedule}\``)),
    ),
    ...model.schedules
      .filter(({ target }) => leadsHere(target))
      .map(({ expression }) => `is called at \`${expression}\``),
    ...model.functions.flatMap(({ statements, name }) =>
      statements.some(({ actions, resources }) => actions.includes('lambda:InvokeFunction') && resources.includes(arn))
        ? [`is invoked by \`${name}\``]
        : [],
    ),
  ]
    .sort()
    .map((fact) => fact.replaceAll(/arn:aws:[^"`]*/g, nameOf));
};

const grantsOf = ({ name, statements }: FunctionModel, nameOf: NameOf): string[] => {
  const grants = statements.flatMap(({ effect, actions, resources, conditions }) => {
    const verb = effect === 'Deny' ? 'must not' : 'may';
    const onlyIf = Object.keys(conditions).length > 0 ? `, if \`${JSON.stringify(conditions)}\`` : '';
    return resources.flatMap((arn) =>
      actions.map((action) => ({ action, verb, on: `${placeOf(name, nameOf(arn))}${onlyIf}` })),
    );
  });
  return Object.entries(Object.groupBy(grants, ({ verb, on }) => `${verb} … on ${on}`))
    .map(([sentence, all = []]) => {
      const actions = [...new Set(all.map(({ action }) => `\`${action}\``))].sort();
      return sentence.replace('…', actions.join(', '));
    })
    .sort();
};

/** Every function has a log group that is called after it. */
const placeOf = (functionName: string, resource: string): string =>
  resource.startsWith('logs:') && resource.includes(`${functionName.replaceAll(/[^A-Za-z]/g, '')}logs`)
    ? 'its own log group'
    : `\`${resource}\``;

/** Names of resources as people say them, rather than as CloudFormation makes them up. */
const namesIn = (model: CloudModel): NameOf => {
  const named = [
    ...model.functions.map(({ arn, name }) => [arn, name] as const),
    ...model.tables.flatMap(({ arn, streamArn, logicalId }) => [
      [arn, plain(logicalId)] as const,
      ...(streamArn ? [[streamArn, `${plain(logicalId)}'s stream`] as const] : []),
    ]),
    ...model.queues.map(({ arn, logicalId }) => [arn, plain(logicalId)] as const),
    ...model.secrets.map(({ arn, name }) => [arn, secretNameOf(name)] as const),
    ...model.buses.map(({ arn, name }) => [arn, name] as const),
    ...model.webSocketApis.map(({ id }) => [`arn:aws:execute-api:${region}:${account}:${id}`, 'WebSocket'] as const),
  ];
  // Longest first: a stream's begins with its table's.
  const byLength = named.sort(([a], [b]) => b.length - a.length);
  return (arn) => {
    const [prefix, name] = byLength.find(([known]) => arn.startsWith(known)) ?? [];
    if (prefix !== undefined && name !== undefined) return name + arn.slice(prefix.length);
    return arn.replace(/^arn:aws:/, '').replace(`:${region}:${account}:`, ':');
  };
};

/** Without the digits that CDK ends it with. */
const plain = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/** CloudFormation calls a secret after its stack, its construct, and digits of its own. */
const secretNameOf = (name: string): string =>
  plain(name.replace(/-[0-9A-Z]{12}$/, '').replace(/^Parley-[a-z]+-[A-Za-z]+-/, ''));
