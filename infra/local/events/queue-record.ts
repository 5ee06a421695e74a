import type { SQSMessageAttribute, SQSRecord } from 'aws-lambda';
import { region } from '../model.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { compilePattern } from './pattern.ts';
import type { MessageAttribute, ReceivedMessage } from './queues.ts';

/** A message as Lambda hands it to a function. */
export function queueRecord(message: ReceivedMessage, queueArn: string): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: { ...message.Attributes } as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(attributes.map(([name, value]) => [name, attributeOf(value)])),
    ...(message.MD5OfMessageAttributes !== undefined && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

const attributeOf = ({ DataType, StringValue, BinaryValue }: MessageAttribute): SQSMessageAttribute => ({
  ...(StringValue !== undefined && { stringValue: StringValue }),
  ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType as SQSMessageAttribute['dataType'],
});

/**
 * The filter of a queue's mapping. A pattern whose `body` is an object looks into a body that is JSON and matches no other; one
 * whose `body` is a list looks at the text as it is.
 */
export function queueFilter(filters: readonly JsonObject[]): (record: SQSRecord) => boolean {
  if (filters.length === 0) return () => true;
  const tests = filters.map((filter) => {
    const matches = compilePattern(filter, 'filter');
    if (!isObject(filter.body)) return matches;
    return (record: unknown) => {
      const body = parseJson((record as SQSRecord).body);
      return isObject(body) && matches({ ...(record as SQSRecord), body });
    };
  });
  return (record) => tests.some((test) => test(record));
}
