import type { Checkpoints } from './checkpoints.ts';
import { followShard, type ShardFollower, type SourceOptions } from './shard.ts';
import type { Shard, StartAt } from './stream-api.ts';

/** One event source mapping of a table's stream. */
export interface StreamSource {
  /** Resolves when the stream is read to its end and every record is dealt with. */
  idle(): Promise<void>;
  stopped: Promise<unknown>;
}

export interface StreamSourceOptions extends SourceOptions {
  checkpoints: Checkpoints;
}

/** The place in a closed shard whose records are all dealt with. */
const atEnd = 'end';

/**
 * Starts reading: at the checkpoint, or where the mapping's starting position says. Resolves when every place is fixed, so that
 * what is written from then on is delivered. Shards that follow a closed one begin after it.
 */
export async function startStreamSource(options: StreamSourceOptions): Promise<StreamSource> {
  const { mapping, log, checkpoints } = options;
  const stream = await log.stream();
  const saved = checkpoints.placesOf(mapping.logicalId, stream.arn);
  const followers = new Map<string, ShardFollower>();

  const follow = async (shard: Shard, from: StartAt, streamArn: string): Promise<void> => {
    const place = typeof from === 'object' ? from.after : from === 'TRIM_HORIZON' ? '' : undefined;
    if (place !== undefined) checkpoints.set(mapping.logicalId, streamArn, shard.id, place);
    const follower = await followShard({
      ...options,
      engineArn: streamArn,
      shardId: shard.id,
      from,
      advance: (last) => checkpoints.set(mapping.logicalId, streamArn, shard.id, last),
    });
    followers.set(shard.id, follower);
    void follower.closed.then((ended) => (ended ? followChildren(shard.id) : undefined));
  };

  const followChildren = async (parentId: string): Promise<void> => {
    const { arn, shards } = await log.stream();
    const children = shards.filter((shard) => shard.parentId === parentId && !followers.has(shard.id));
    for (const child of children) await follow(child, 'TRIM_HORIZON', arn);
    checkpoints.set(mapping.logicalId, arn, parentId, atEnd);
    followers.delete(parentId);
  };

  for (const id of Object.keys(saved ?? {})) {
    if (!stream.shards.some((shard) => shard.id === id)) checkpoints.forget(mapping.logicalId, id);
  }
  for (const shard of stream.shards) {
    const place = saved?.[shard.id];
    const parentIsRead = stream.shards.some(({ id }) => id === shard.parentId && saved?.[id] !== atEnd);
    if (place === atEnd) continue;
    if (place !== undefined) await follow(shard, place === '' ? 'TRIM_HORIZON' : { after: place }, stream.arn);
    else if (mapping.startingPosition === 'LATEST' && !saved) await follow(shard, endOf(shard), stream.arn);
    else if (!parentIsRead) await follow(shard, 'TRIM_HORIZON', stream.arn);
  }

  return {
    idle: async () => {
      for (const follower of followers.values()) await follower.idle();
    },
    get stopped() {
      return Promise.all([...followers.values()].map(({ stopped }) => stopped));
    },
  };
}

/** LATEST as a place that survives a restart, where the engine tells it. */
function endOf({ first, last }: Shard): StartAt {
  if (last !== undefined) return { after: last };
  return first === undefined ? 'TRIM_HORIZON' : 'LATEST';
}
