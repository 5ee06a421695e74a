import { awsJson, ServiceError } from './aws-json.ts';
import type { EngineRecord } from './stream-record.ts';

export interface Shard {
  id: string;
  parentId: string | undefined;
  /** Sequence number of its first and last record, as far as the engine says. */
  first: string | undefined;
  last: string | undefined;
}

export interface EngineStream {
  /** The engine's own ARN: a new one for every stream, even of a table by the same name. */
  arn: string;
  shards: Shard[];
}

/** Where reading begins: at the oldest record, after the newest, or after a certain one. */
export type StartAt = 'TRIM_HORIZON' | 'LATEST' | { after: string };

export interface Page {
  records: EngineRecord[];
  /** Undefined at the end of a closed shard. */
  next: string | undefined;
}

/** The engine's DynamoDB Streams. */
export interface StreamApi {
  streamOf(tableName: string): Promise<EngineStream>;
  iterator(streamArn: string, shardId: string, from: StartAt): Promise<string>;
  records(iterator: string, limit: number, signal: AbortSignal): Promise<Page>;
}

interface ShardDescription {
  ShardId: string;
  ParentShardId?: string;
  SequenceNumberRange?: { StartingSequenceNumber?: string; EndingSequenceNumber?: string };
}

export function streamApi(endpoint: string): StreamApi {
  const tables = awsJson(endpoint, 'dynamodb', 'DynamoDB_20120810');
  const streams = awsJson(endpoint, 'dynamodb', 'DynamoDBStreams_20120810');

  const iterator: StreamApi['iterator'] = async (streamArn, shardId, from) => {
    const place =
      typeof from === 'string'
        ? { ShardIteratorType: from }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: from.after };
    try {
      const answer = await streams('GetShardIterator', { StreamArn: streamArn, ShardId: shardId, ...place });
      return String(answer.ShardIterator);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.name !== 'TrimmedDataAccessException') throw error;
      return iterator(streamArn, shardId, 'TRIM_HORIZON');
    }
  };

  return {
    async streamOf(tableName) {
      const { Table } = (await tables('DescribeTable', { TableName: tableName })) as {
        Table: { LatestStreamArn?: string };
      };
      const arn = Table.LatestStreamArn;
      if (!arn) throw new Error(`Table ${tableName} has no stream`);
      const { StreamDescription } = (await streams('DescribeStream', { StreamArn: arn })) as {
        StreamDescription: { Shards?: ShardDescription[] };
      };
      return { arn, shards: (StreamDescription.Shards ?? []).map(shardOf) };
    },

    iterator,

    async records(place, limit, signal) {
      const answer = await streams('GetRecords', { ShardIterator: place, Limit: limit }, signal);
      const next = answer.NextShardIterator;
      return {
        records: (answer.Records ?? []) as EngineRecord[],
        next: typeof next === 'string' ? next : undefined,
      };
    },
  };
}

const shardOf = ({ ShardId, ParentShardId, SequenceNumberRange }: ShardDescription): Shard => ({
  id: ShardId,
  parentId: ParentShardId,
  first: SequenceNumberRange?.StartingSequenceNumber,
  last: SequenceNumberRange?.EndingSequenceNumber,
});
