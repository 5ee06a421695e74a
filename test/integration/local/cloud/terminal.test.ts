import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { jsonTerminal, prettyTerminal } from '../../../../infra/local/terminal.ts';

function printed(make: typeof prettyTerminal, use: (terminal: ReturnType<typeof prettyTerminal>) => void): string[] {
  const lines: string[] = [];
  use(make((line) => lines.push(stripVTControlCharacters(line))));
  return lines;
}

const log = (text: string) => ({ function: 'Http/me-get', invocation: 'i-1', text });

describe('for people, a line', () => {
  it.each([
    [
      'of structured logging is level, function and message',
      '{"level":"INFO","message":"answered","timestamp":"…"}',
      'INFO  Http/me-get answered',
    ],
    [
      'with an error says which',
      '{"level":"ERROR","message":"failed","error":{"name":"TypeError","message":"x is undefined"}}',
      'ERROR Http/me-get failed (TypeError: x is undefined)',
    ],
    [
      'of the runtime says which error left the function',
      '{"level":"ERROR","errorType":"TypeError","errorMessage":"x is undefined","stackTrace":["…"]}',
      'ERROR Http/me-get TypeError: x is undefined',
    ],
    ['of other JSON stays as it is', '{"sent":1}', 'INFO  Http/me-get {"sent":1}'],
    ['of plain text stays as it is', 'hello', 'INFO  Http/me-get hello'],
    ['that only looks like JSON stays as it is', '{hello', 'INFO  Http/me-get {hello'],
  ])('%s', (_, text, line) => {
    expect(printed(prettyTerminal, (terminal) => terminal.log(log(text)))).toEqual([line]);
  });

  it('of the local cloud has its fields', () => {
    const lines = printed(prettyTerminal, ({ report }) =>
      report({ level: 'warn', message: 'an invocation failed', function: 'Echo', type: undefined }),
    );
    expect(lines).toEqual(['WARN  local cloud an invocation failed function=Echo']);
  });
});

it('for machines, every line is one JSON object', () => {
  const lines = printed(jsonTerminal, (terminal) => {
    terminal.say('Reloaded Echo.');
    terminal.report({ level: 'warn', message: 'late', function: 'Echo' });
    terminal.log(log('{"level":"INFO","message":"answered"}'));
    terminal.log(log('plain'));
  });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'info', message: 'Reloaded Echo.', source: 'local-cloud' },
    { level: 'warn', message: 'late', function: 'Echo', source: 'local-cloud' },
    { level: 'INFO', message: 'answered' },
    { function: 'Http/me-get', message: 'plain' },
  ]);
});
