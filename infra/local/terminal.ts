import { styleText } from 'node:util';
import type { FunctionLog } from './lambda/instance.ts';
import type { Report } from './ports.ts';

/** What the person who started the cloud reads. */
export interface Terminal {
  /** A sentence of ours. */
  say(text: string): void;
  report: Report;
  log(line: FunctionLog): void;
}

/** One JSON object a line: functions' own lines as they are, ours in the same shape. */
export function jsonTerminal(write: (line: string) => void): Terminal {
  const report: Report = (line) => write(JSON.stringify({ ...line, source: 'local-cloud' }));
  return {
    say: (message) => report({ level: 'info', message }),
    report,
    log: ({ function: name, text }) =>
      write(parsed(text) === undefined ? JSON.stringify({ function: name, message: text }) : text),
  };
}

/** Short lines for people: level, function, message. */
export function prettyTerminal(write: (line: string) => void): Terminal {
  return {
    say: write,
    report: ({ level, message, ...fields }) => write(line(level, 'local cloud', [message, rest(fields)].join(' '))),
    log: ({ function: name, text }) => {
      const entry = parsed(text);
      if (entry === undefined) return write(line('info', name, text));
      // Metrics are for CloudWatch.
      if ('_aws' in entry) return;
      const { level = 'info', error } = entry;
      write(line(String(level), name, [asText(messageOf(entry) ?? text), reason(error)].join(' ')));
    },
  };
}

const colours = { warn: 'yellow', error: 'red', critical: 'red' } as const;

function line(level: string, name: string, text: string): string {
  const colour = colours[level.toLowerCase() as keyof typeof colours];
  const label = level.toUpperCase().padEnd(5);
  const head = colour === undefined ? styleText('dim', label) : styleText(colour, label);
  return `${head} ${styleText('cyan', name)} ${text.trim()}`;
}

function parsed(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** A logger's `message`, or what the runtime says of an error that left the function. */
function messageOf({ message, errorType, errorMessage }: Record<string, unknown>): unknown {
  if (message !== undefined || errorMessage === undefined) return message;
  return [errorType, asText(errorMessage)].filter(Boolean).join(': ');
}

function rest(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => styleText('dim', `${key}=${asText(value)}`))
    .join(' ');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function reason(error: unknown): string {
  if (error === undefined || error === null) return '';
  const { name, message } = error as { name?: string; message?: string };
  return `(${[name, message].filter(Boolean).join(': ') || asText(error)})`;
}
