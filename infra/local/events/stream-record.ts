import { createHash } from 'node:crypto';
import type { DynamoDBRecord } from 'aws-lambda';
import { region } from '../model.ts';

/** A record as the engine's GetRecords answers it. */
export interface EngineRecord {
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  dynamodb: {
    ApproximateCreationDateTime: number;
    Keys: AttributeMap;
    NewImage?: AttributeMap;
    OldImage?: AttributeMap;
    SequenceNumber: string;
    SizeBytes: number;
    StreamViewType: 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
  };
  userIdentity?: { type?: string; principalId?: string };
}

/** Attribute values as DynamoDB's JSON spells them. */
export type AttributeMap = Record<string, Record<string, unknown>>;

export interface StreamRecord {
  /** The engine's own sequence number: what an iterator can be asked for. */
  position: string;
  /** When it was written, in milliseconds since the epoch. */
  createdAt: number;
  /** Bytes that it takes in an event. */
  bytes: number;
  /** What functions see. */
  lambda: DynamoDBRecord & { dynamodb: { SequenceNumber: string } };
}

/** Who deleted an item whose time was up. */
const expiryService = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

/** @param expired whether the record is the removal of an item by TTL, where the engine does not say so itself. */
export function streamRecord(
  record: EngineRecord,
  streamArn: string,
  expired: (record: EngineRecord) => boolean,
): StreamRecord {
  const position = record.dynamodb.SequenceNumber;
  const sequenceNumber = sequenceNumberOf(position);
  const identity = record.userIdentity ?? (expired(record) ? expiryService : undefined);
  const lambda = {
    eventID: createHash('md5').update(`${streamArn}#${sequenceNumber}`).digest('hex'),
    eventName: record.eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: { ...record.dynamodb, SequenceNumber: sequenceNumber } as DynamoDBRecord['dynamodb'] & {
      SequenceNumber: string;
    },
    ...(identity && { userIdentity: identity }),
    eventSourceARN: streamArn,
  };
  return {
    position,
    createdAt: record.dynamodb.ApproximateCreationDateTime * 1000,
    bytes: Buffer.byteLength(JSON.stringify(lambda)),
    lambda,
  };
}

/**
 * AWS' sequence numbers have 21 digits or more, so that within a stream their order as text is their order as numbers. Dynoxide
 * counts 1, 2, 3 …; a function that sorts them should not find that out here.
 */
function sequenceNumberOf(position: string): string {
  return position.length < 21 ? `1${position.padStart(20, '0')}` : position;
}
