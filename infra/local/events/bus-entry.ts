import { randomUUID } from 'node:crypto';
import { account, region } from '../model.ts';
import type { BusEntry } from '../ports.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';

/** AWS' limit for the entries of one PutEvents together. */
const maximumRequestBytes = 256 * 1024;

export interface RefusedEntry {
  errorCode: string;
  errorMessage: string;
}

/** @throws an error named `ValidationException`, as AWS refuses the whole request: over ten entries or 256 KB, or none at all. */
export function checkRequest(entries: readonly BusEntry[]): void {
  if (entries.length < 1 || entries.length > 10) {
    const bound = entries.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10';
    throw refusal(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > maximumRequestBytes) {
    throw refusal('Total size of the entries in the request is over the limit.');
  }
}

const refusal = (message: string) => Object.assign(new Error(message), { name: 'ValidationException' });

/** Counted as EventBridge documents it. */
function sizeOf({ time, source, detailType, detail, resources }: BusEntry): number {
  const texts = [source, detailType, detail, ...resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), time === undefined ? 0 : 14);
}

/** @returns undefined for an entry that may go on the bus */
export function refusalOf(entry: BusEntry, hasBus: (name: string) => boolean): RefusedEntry | undefined {
  for (const [field, name] of [
    ['source', 'Source'],
    ['detailType', 'DetailType'],
    ['detail', 'Detail'],
  ] as const) {
    if (entry[field]) continue;
    const errorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
    return { errorCode: 'InvalidArgument', errorMessage };
  }
  if (!isObject(parseJson(entry.detail))) return { errorCode: 'MalformedDetail', errorMessage: 'Detail is malformed.' };
  if (entry.source.startsWith('aws.')) {
    return { errorCode: 'NotAuthorizedForSourceException', errorMessage: 'Not authorized for the source.' };
  }
  if (entry.time !== undefined && Number.isNaN(Date.parse(entry.time))) {
    return { errorCode: 'InvalidArgument', errorMessage: 'Parameter Time is not valid.' };
  }
  if (hasBus(entry.busName)) return undefined;
  return { errorCode: 'ResourceNotFoundException', errorMessage: `Event bus ${entry.busName} does not exist.` };
}

/** An event as rules and targets see it. */
export interface BusEvent extends JsonObject {
  id: string;
  source: string;
  'detail-type': string;
  detail: JsonObject;
}

export function envelope(entry: BusEntry, now: number): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.detailType,
    source: entry.source,
    account,
    time: wholeSeconds(entry.time === undefined ? now : Date.parse(entry.time)),
    region,
    resources: entry.resources,
    detail: parseJson(entry.detail) as JsonObject,
  };
}

/** EventBridge tells times to the second. */
export const wholeSeconds = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
