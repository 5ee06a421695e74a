import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Wiring, wiringOf } from '../../../docs/generate/wiring/facts.ts';
import { localModel } from '../../../docs/generate/wiring/model.ts';

const page = readFileSync(new URL('../../../docs/reference/wiring.md', import.meta.url), 'utf8');

/** As the page has it. */
const written: Wiring[] = page
  .split('\n## ')
  .slice(1)
  .map((section) => {
    const [name = '', ...lines] = section.split('\n');
    return { name, facts: lines.filter((line) => line.startsWith('- ')).map((line) => line.slice(2)) };
  });

const sentences = (all: readonly Wiring[]): string[] =>
  all.flatMap(({ name, facts }) => facts.map((fact) => `${name} ${fact}`));

/** What one has and the other does not. */
const beyond = (some: readonly string[], others: readonly string[]): string[] => {
  const known = new Set(others);
  return some.filter((one) => !known.has(one));
};

describe('docs/reference/wiring.md', () => {
  const model = localModel();
  const wiring = sentences(wiringOf(model));

  it('says of each function what calls it, what it is told and what it may do, and nothing that is not so', () => {
    const found = { isGone: beyond(sentences(written), wiring), isNew: beyond(wiring, sentences(written)) };
    expect(found, 'if it is meant, run `npm run docs`').toEqual({ isGone: [], isNew: [] });
  });

  it('leaves no function out, and none that nothing calls', () => {
    expect(written.map(({ name }) => name)).toEqual(model.functions.map(({ name }) => name).sort());
    const isCalled = /^(answers|authorizes|reads|hears|is invoked|is called at)/;
    const uncalled = written.filter(({ facts }) => !facts.some((fact) => isCalled.test(fact)));
    expect(
      uncalled.map(({ name }) => name),
      'on one machine the canary is invoked by hand',
    ).toEqual(['Schedule/canary']);
  });
});

describe('the facts of a stage', () => {
  const model = localModel();
  const without = (change: (model: ReturnType<typeof localModel>) => void): string[] => {
    const broken = structuredClone(model);
    change(broken);
    return beyond(sentences(wiringOf(model)), sentences(wiringOf(broken)));
  };
  const named = (all: typeof model, name: string) => all.functions.find((one) => one.name === name);

  it('name the function whose grant is gone', () => {
    const lost = without((broken) => {
      for (const statement of named(broken, 'Queue/notify')?.statements ?? []) {
        statement.actions = statement.actions.filter((action) => action !== 'dynamodb:Query');
      }
    });
    expect(lost).toEqual(['Queue/notify may `dynamodb:BatchGetItem`, `dynamodb:Query` on `DataTable`']);
  });

  it('name the function whose route is gone', () => {
    const lost = without((broken) => {
      for (const api of broken.httpApis) api.routes = api.routes.filter(({ key }) => key !== 'GET /api/me/blocks');
      for (const api of broken.webSocketApis) api.routes = api.routes.filter(({ key }) => key !== 'typing.start');
    });
    expect(lost).toEqual([
      'Http/blocks-list answers `GET /api/me/blocks` behind `Http/authorizer`',
      'WebSocket/typing-start answers the frame `typing.start`, and its answer goes back on the socket',
    ]);
  });

  it('name the function whose filter is gone, and that whose variable is', () => {
    const publisher = named(model, 'Stream/publisher');
    const lost = without((broken) => {
      for (const source of broken.eventSources) if (source.functionArn === publisher?.arn) source.filters.length = 1;
      delete named(broken, 'WebSocket/connect')?.environment.TABLE_NAME;
    });
    expect(lost.filter((one) => one.startsWith('Stream/publisher is called for')).length).toBeGreaterThan(2);
    expect(lost.filter((one) => one.startsWith('WebSocket/connect is told'))).toHaveLength(1);
    expect(new Set(lost.map((one) => one.split(' ')[0]))).toEqual(new Set(['Stream/publisher', 'WebSocket/connect']));
  });
});
