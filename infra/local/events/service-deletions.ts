import type { AttributeMap, EngineRecord } from './stream-record.ts';

/**
 * The removals that the local cloud makes for TTL, so that their stream records can say so: the engine takes them for anybody's.
 * Kept in memory, for the newest ten thousand: a removal whose record is read only after a restart looks like a user's.
 */
export interface ServiceDeletions {
  add(keys: AttributeMap, expiry: string): void;
  remove(keys: AttributeMap, expiry: string): void;
  has(record: EngineRecord): boolean;
}

const kept = 10_000;

export function serviceDeletions(ttlAttribute: string): ServiceDeletions {
  const known = new Set<string>();
  const nameOf = (keys: AttributeMap, expiry: string) => `${expiry} ${keyText(keys)}`;
  return {
    add: (keys, expiry) => {
      known.add(nameOf(keys, expiry));
      const [oldest] = known;
      if (known.size > kept && oldest !== undefined) known.delete(oldest);
    },
    remove: (keys, expiry) => {
      known.delete(nameOf(keys, expiry));
    },
    has: ({ eventName, dynamodb: { Keys, OldImage } }) =>
      eventName === 'REMOVE' && known.has(nameOf(Keys, String(OldImage?.[ttlAttribute]?.N))),
  };
}

/** The same text for the same key, in whatever order its attributes come. */
export const keyText = (keys: AttributeMap): string =>
  JSON.stringify(Object.entries(keys).toSorted(([a], [b]) => (a < b ? -1 : 1)));
