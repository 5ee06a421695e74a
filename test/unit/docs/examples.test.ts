import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventExample } from '../../../docs/generate/examples/domain-events.ts';
import {
  answerEvent,
  answerExample,
  answerFrame,
  commandFrame,
  eventFrame,
  exampleOf,
} from '../../../docs/generate/examples/examples.ts';
import { schemaExamples } from '../../../docs/generate/examples/schemas.ts';
import { errorsByStatus, problemExample } from '../../../docs/generate/problem.ts';
import { httpRoots, socketRoots, typePages } from '../../../docs/generate/reference.ts';
import { type Command, clientFrame, commands } from '../../../shared/protocol/commands.ts';
import { publicEvents } from '../../../shared/protocol/domain-events.ts';
import { errorCatalogue } from '../../../shared/protocol/errors.ts';
import { type ServerEvent, serverEvents } from '../../../shared/protocol/events.ts';
import { problem } from '../../../shared/protocol/problem.ts';
import type { Route } from '../../../shared/protocol/route.ts';
import { routes } from '../../../shared/protocol/routes.ts';

/** Fails with what does not fit, and also on what a lenient schema would have dropped without a word. */
const expectFits = (schema: z.ZodType, example: unknown) => {
  expect(example, 'there is no example: write one in docs/generate/examples/schemas.ts').toBeDefined();
  expect(schema.parse(example)).toMatchObject(example as object);
};

const everyRoute: readonly Route[] = routes;
const everyCommand: readonly Command[] = commands;
const everyEvent: readonly ServerEvent[] = serverEvents;

describe('the example of', () => {
  it.each(everyRoute.filter(({ body }) => body))('the body of $name fits its schema', ({ body }) => {
    expectFits(body as z.ZodType, body && exampleOf(body));
  });

  it.each(everyRoute.filter(({ answer }) => answer))('the answer of $name fits its schema', (route) => {
    expectFits(route.answer as z.ZodType, answerExample(route));
  });

  it.each(everyCommand)('$name fits its schema, and so does its answer', (command) => {
    const frame = commandFrame(command);
    expectFits(clientFrame, frame);
    expectFits(command.data, frame.data);
    const event = answerEvent(command);
    const answer = answerFrame(event);
    expectFits(event.data, answer.data);
    expect(answer.id).toBe(frame.id);
  });

  it.each(everyEvent)('$name fits its schema', (event) => {
    expectFits(event.data, eventFrame(event).data);
  });

  it.each(publicEvents)('$type on the bus fits its schema', ({ type, detail }) => {
    expectFits(detail, eventExample(type));
  });

  it.each(errorsByStatus)('a problem document for %s fits its schema', (code) => {
    const example = problemExample(code);
    expectFits(problem, example);
    expect(example).toMatchObject({ status: errorCatalogue[code].status, title: errorCatalogue[code].title });
  });
});

it('no example is of a type that is gone, and each that has a type of its own fits it', () => {
  const everything = [...httpRoots.input, ...httpRoots.output, ...socketRoots.input, ...socketRoots.output];
  const { schemas } = z.toJSONSchema(z.globalRegistry);
  for (const [id, example] of Object.entries(schemaExamples)) {
    expect(Object.keys(schemas)).toContain(id);
    const schema = everything.find((one) => z.globalRegistry.get(one)?.id === id);
    if (schema) expectFits(schema, example);
  }
});

it('every type with fields shows an example', () => {
  const silent = typePages.filter(({ fields, example }) => fields.length > 0 && example === undefined);
  expect(silent.map(({ name }) => name)).toEqual([]);
});
