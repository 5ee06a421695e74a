/** The schemas of events as they were published, in `docs/events/`, against those that the code prints. */
import { readdir, readFile } from 'node:fs/promises';
import { type PublicEventContract, publicEvents } from '../../shared/protocol/domain-events.ts';
import { type JsonSchema, jsonSchemaOf } from '../../shared/protocol/event-schemas.ts';
import { breaksIn } from './compatibility.ts';

const folder = 'docs/events/';

/** From the root of the project. */
export const schemaPathOf = ({ type, version }: Pick<PublicEventContract, 'type' | 'version'>): string =>
  `${folder}${type}.v${version}.json`;

/**
 * @param root the project's folder, with a slash at its end
 * @returns a line for each promise of a published schema that the code does not keep; none where nothing was published yet
 */
export const brokenPromises = async (
  root: URL,
  events: readonly PublicEventContract[] = publicEvents,
): Promise<string[]> => {
  const found = await readdir(new URL(folder, root)).catch(() => []);
  const lines = found
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map(async (name) => {
      const path = `${folder}${name}`;
      const event = events.find((one) => schemaPathOf(one) === path);
      if (!event) return [`${path}: what it describes is not told any more.`];
      const published = parsed(await readFile(new URL(path, root), 'utf8'));
      if (!published) return [`${path}: it is not JSON.`];
      return breaksIn(published, written(jsonSchemaOf(event))).map((one) => `${path}: ${one}`);
    });
  return (await Promise.all(lines)).flat();
};

const parsed = (text: string): JsonSchema | undefined => {
  try {
    return JSON.parse(text) as JsonSchema;
  } catch {
    return undefined;
  }
};

/** As a reader of the file gets it. */
const written = (schema: JsonSchema): JsonSchema => JSON.parse(JSON.stringify(schema)) as JsonSchema;
