/** From stream records to plain values. The order of the records is kept. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { type Key, type ParsedKey, parseKey } from './keys.ts';
import type { Item } from './table.ts';

export interface Followed {
  key: ParsedKey;
  before: Item | undefined;
  after: Item | undefined;
  /** Where a batch is taken up again when this record fails. */
  sequenceNumber: string;
  /** DynamoDB removed it, because its time was up. */
  isExpiry: boolean;
  /** Of the request that wrote it: messages alone say so, and only if that request said. */
  traceparent?: string;
}

/** As DynamoDB signs what it removes for its `expiresAt`; what anybody else removes is not signed. */
const isExpiryService = (identity: { type?: string; principalId?: string } | undefined): boolean =>
  identity?.type === 'Service' && identity.principalId === 'dynamodb.amazonaws.com';

const plain = (image: Record<string, unknown> | undefined): Item | undefined =>
  image ? unmarshall(image as Record<string, AttributeValue>) : undefined;

/** Records of items that somebody follows; others are left out. */
export const followed = (records: readonly DynamoDBRecord[]): Followed[] =>
  records.flatMap(({ eventName, dynamodb, userIdentity }) => {
    const key = parseKey(plain(dynamodb?.Keys) as unknown as Key);
    if (!key) return [];
    const after = plain(dynamodb?.NewImage);
    return [
      {
        key,
        before: plain(dynamodb?.OldImage),
        after,
        sequenceNumber: String(dynamodb?.SequenceNumber),
        isExpiry: eventName === 'REMOVE' && isExpiryService(userIdentity),
        ...(typeof after?.traceparent === 'string' && { traceparent: after.traceparent }),
      },
    ];
  });
