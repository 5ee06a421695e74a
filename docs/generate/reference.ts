/** What the readable pages print: routes, commands, events and types as rows and examples. Pages add the markup, nothing else. */
import type * as z from 'zod';
import { type Command, clientFrame, commands, commonCommandErrors } from '../../shared/protocol/commands.ts';
import { publicEvents } from '../../shared/protocol/domain-events.ts';
import type { ErrorCode } from '../../shared/protocol/errors.ts';
import { type ServerEvent, serverEvents } from '../../shared/protocol/events.ts';
import { problem } from '../../shared/protocol/problem.ts';
import type { Route } from '../../shared/protocol/route.ts';
import { routes } from '../../shared/protocol/routes.ts';
import {
  answerEvent,
  answerExample,
  answerFrame,
  commandFrame,
  eventFrame,
  exampleNamed,
  exampleOf,
} from './examples/examples.ts';
import { type Field, fieldsOf, type TypePart, typeOf } from './fields.ts';
import { errorsByStatus } from './problem.ts';
import { errorsOf, parametersIn, type Resource, resourcesOf } from './resources.ts';
import { type Direction, idOf, type Roots, refsIn, schemaBook } from './schemas.ts';

export interface Shape {
  type: TypePart[];
  /** Empty where the type has its own entry among the types, or is no object. */
  fields: Field[];
}

export interface RoutePage {
  route: Route;
  parameters: (Field & { place: 'path' | 'query' })[];
  body?: Shape & { example: unknown };
  answer?: Shape & { example: unknown };
  errors: ErrorCode[];
}

export interface CommandPage {
  command: Command;
  data: Shape;
  errors: ErrorCode[];
  frame: unknown;
  answerFrame: unknown;
}

export interface EventPage {
  event: ServerEvent;
  data: Shape;
  frame: unknown;
}

export interface TypePage {
  name: string;
  description: string;
  type: TypePart[];
  fields: Field[];
  example: unknown;
}

const present = (schemas: readonly (z.ZodType | undefined)[]): z.ZodType[] =>
  schemas.filter((one) => one !== undefined);

export const httpRoots: Roots = {
  input: present(routes.flatMap(({ params, query, body }) => [params, query, body])),
  output: [...present(routes.map(({ answer }) => answer)), problem],
};

export const socketRoots: Roots = {
  input: [...commands.map(({ data }) => data), clientFrame],
  output: serverEvents.map(({ data }) => data),
};

const book = schemaBook({
  input: [...httpRoots.input, ...socketRoots.input],
  output: [...httpRoots.output, ...socketRoots.output],
});

/** What only one command or event says is told where it says it, rather than among the types. */
const mentions = [
  ...[...httpRoots.input, ...httpRoots.output, ...socketRoots.input, ...socketRoots.output].map(idOf),
  ...Object.values(book.components).flatMap(refsIn),
];
const ofOneFrame = new Set(
  [...socketRoots.input, ...socketRoots.output]
    .map(idOf)
    .filter((id) => mentions.indexOf(id) === mentions.lastIndexOf(id)),
);

const shape = (schema: z.ZodType, direction: Direction): Shape => {
  const id = idOf(schema);
  const inline = id !== undefined && ofOneFrame.has(id);
  const json = book.of(schema, direction);
  return {
    type: inline ? ['object'] : typeOf(json),
    fields: inline ? fieldsOf(book.components[id] ?? {}) : fieldsOf(json),
  };
};

/** The same with its fields, wherever else they are told too. */
const told = (schema: z.ZodType, direction: Direction): Shape => {
  const { type, fields } = shape(schema, direction);
  const [only] = type;
  const component = typeof only === 'object' ? book.components[only.named] : undefined;
  return { type, fields: component ? fieldsOf(component) : fields };
};

const parametersOf = ({ paths, params, query }: Route): RoutePage['parameters'] => {
  const inPath = new Set(paths.flatMap(parametersIn));
  const inEvery = (name: string) => paths.every((path) => parametersIn(path).includes(name));
  return [
    ...(params ? fieldsOf(book.of(params, 'input')) : [])
      .filter(({ name }) => inPath.has(name))
      .map((field) => ({ ...field, required: inEvery(field.name), place: 'path' as const })),
    ...(query ? fieldsOf(book.of(query, 'input')) : []).map((field) => ({ ...field, place: 'query' as const })),
  ];
};

const routePage = (route: Route): RoutePage => ({
  route,
  parameters: parametersOf(route),
  ...(route.body && { body: { ...told(route.body, 'input'), example: exampleOf(route.body) } }),
  ...(route.answer && { answer: { ...shape(route.answer, 'output'), example: answerExample(route) } }),
  errors: errorsOf(route),
});

const commandErrors = ({ errors }: Command) => {
  const possible = new Set<ErrorCode>([...errors, ...commonCommandErrors]);
  return errorsByStatus.filter((code) => possible.has(code));
};

export const resourcePages: readonly (Resource & { pages: RoutePage[] })[] = resourcesOf(routes).map((resource) => ({
  ...resource,
  pages: resource.routes.map(routePage),
}));

export const commandPages: readonly CommandPage[] = commands.map((command: Command) => ({
  command,
  data: shape(command.data, 'input'),
  errors: commandErrors(command),
  frame: commandFrame(command),
  answerFrame: answerFrame(answerEvent(command)),
}));

export const eventPages: readonly EventPage[] = serverEvents.map((event: ServerEvent) => ({
  event,
  data: shape(event.data, 'output'),
  frame: eventFrame(event),
}));

/** What is on the event bus. */
export const domainEventPages = publicEvents.map((event) => ({
  event,
  fields: fieldsOf(book.of(event.detail, 'output')),
}));

export const clientFrameFields: readonly Field[] = fieldsOf(book.components.ClientFrame ?? {});

export const typePages: readonly TypePage[] = Object.entries(book.components)
  .filter(([name]) => !ofOneFrame.has(name))
  .map(([name, schema]) => ({
    name,
    description: schema.description ?? '',
    type: typeOf(schema),
    fields: fieldsOf(schema),
    example: exampleNamed(name),
  }));
