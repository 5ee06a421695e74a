/** AWS' rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-unit-calculations.html */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarise } from '../../../../infra/local/aws/meter.ts';
import type { Command, Stack } from './stack.ts';
import { allow, startStack } from './stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await stack.grant([allow('dynamodb:*')]);
});
afterAll(() => stack.stop());

const TableName = 'chat';
const key = (sk: string, pk = 'p') => ({ PK: { S: pk }, SK: { S: sk } });
const text = (length: number) => ({ text: { S: 'x'.repeat(length) } });
const indexed = { GSI1PK: { S: 'i' }, GSI1SK: { S: '1' } };
const put = (sk: string, more: object = {}, rest: object = {}, pk = 'p'): Command => [
  'dynamodb',
  'PutItem',
  { TableName, Item: { ...key(sk, pk), ...more }, ...rest },
];
const command = (operation: string, input: object): Command => ['dynamodb', operation, { TableName, ...input }];

/** Units of the last of the commands. */
const costOf = async (...commands: Command[]) => {
  stack.meter.reset();
  await stack.run(...commands);
  const { readUnits, writeUnits } = summarise(stack.meter.calls().slice(-1));
  return { readUnits, writeUnits };
};
const reads = (readUnits: number) => ({ readUnits, writeUnits: 0 });
const writes = (writeUnits: number) => ({ readUnits: 0, writeUnits });

describe('a write', () => {
  it('costs a unit for every KB begun', async () => {
    // Names count too: PK 2 + SK 2 + text 4 + values.
    const rest = 1024 - 'PKpSKexacttext'.length;
    expect(await costOf(put('exact', text(rest)))).toEqual(writes(1));
    expect(await costOf(put('exact', text(rest + 1)))).toEqual(writes(2));
  });

  it('costs the larger of the item before and after', async () => {
    expect(await costOf(put('shrinks', text(3000)), put('shrinks'))).toEqual(writes(3));
    const remove = command('UpdateItem', {
      Key: key('shrinks2'),
      UpdateExpression: 'REMOVE #t',
      ExpressionAttributeNames: { '#t': 'text' },
    });
    expect(await costOf(put('shrinks2', text(3000)), remove)).toEqual(writes(3));
    expect(await costOf(put('dropped', text(3000)), command('DeleteItem', { Key: key('dropped') }))).toEqual(writes(3));
    expect(await costOf(command('DeleteItem', { Key: key('never there') }))).toEqual(writes(1));
  });

  it('costs what the index takes beside the table', async () => {
    expect(await costOf(put('in', { ...indexed, ...text(1500) }))).toEqual(writes(4));
  });

  it('of an attribute that the index projects costs there too, unless it stays the same', async () => {
    const set = (value: string) =>
      command('UpdateItem', {
        Key: key('seen'),
        UpdateExpression: 'SET a = :a',
        ExpressionAttributeValues: { ':a': { S: value } },
      });
    expect(await costOf(put('seen', indexed), set('1'))).toEqual(writes(2));
    expect(await costOf(set('1'))).toEqual(writes(1));
  });

  it('of an index key costs the index twice: out of one place and into another', async () => {
    const move = command('UpdateItem', {
      Key: key('moved'),
      UpdateExpression: 'SET GSI1SK = :a',
      ExpressionAttributeValues: { ':a': { S: '2' } },
    });
    expect(await costOf(put('moved', indexed), move)).toEqual(writes(3));
  });

  it('costs a unit when its condition fails', async () => {
    expect(await costOf(put('once'), put('once', {}, { ConditionExpression: 'attribute_not_exists(PK)' }))).toEqual(
      writes(1),
    );
  });

  it('that is invalid or denied costs nothing', async () => {
    expect(await costOf(command('PutItem', { Item: { PK: { S: 'p' } } }))).toEqual(writes(0));
  });

  it('in a transaction costs twice, the items of condition checks too, also when it is cancelled', async () => {
    const transaction = (condition: string) =>
      command('TransactWriteItems', {
        TransactItems: [
          { Put: { TableName, Item: { ...key('t1'), ...text(1500) } } },
          {
            Update: {
              TableName,
              Key: key('t2'),
              UpdateExpression: 'SET a = :a',
              ExpressionAttributeValues: { ':a': { S: '1' } },
            },
          },
          { ConditionCheck: { TableName, Key: key('t3'), ConditionExpression: condition } },
        ],
      });
    expect(await costOf(transaction('attribute_not_exists(PK)'))).toEqual(writes(8));
    expect(await costOf(transaction('attribute_exists(PK)'))).toEqual(writes(6));
  });

  it('in a batch costs as alone', async () => {
    const requests = [{ PutRequest: { Item: { ...key('b1'), ...text(1500) } } }, { DeleteRequest: { Key: key('b2') } }];
    expect(await costOf(['dynamodb', 'BatchWriteItem', { RequestItems: { chat: requests } }])).toEqual(writes(3));
  });
});

describe('a read', () => {
  it('costs half a unit for every 4 KB begun, a whole one if it is consistent, and no less for an item that is not there', async () => {
    const get = (sk: string, more = {}) => command('GetItem', { Key: key(sk), ...more });
    expect(await costOf(put('r'), get('r'))).toEqual(reads(0.5));
    expect(await costOf(get('r', { ConsistentRead: true }))).toEqual(reads(1));
    expect(await costOf(put('r9', text(9000)), get('r9'))).toEqual(reads(1.5));
    expect(await costOf(get('nowhere'))).toEqual(reads(0.5));
  });

  it('costs the whole item, whatever its projection leaves', async () => {
    const get = command('GetItem', {
      Key: key('p9'),
      ConsistentRead: true,
      ProjectionExpression: '#k',
      ExpressionAttributeNames: { '#k': 'SK' },
    });
    expect(await costOf(put('p9', text(9000)), get)).toEqual(reads(3));
    const TransactItems = [{ Get: { TableName, Key: key('p9'), ProjectionExpression: 'SK' } }];
    expect(await costOf(['dynamodb', 'TransactGetItems', { TransactItems }])).toEqual(reads(6));
    const RequestItems = { chat: { Keys: [key('p9')], ProjectionExpression: 'SK' } };
    expect(await costOf(['dynamodb', 'BatchGetItem', { RequestItems }])).toEqual(reads(1.5));
  });

  it('in a batch is rounded for each item', async () => {
    const Keys = [key('g1'), key('g2'), key('g5000'), key('gone')];
    expect(
      await costOf(put('g1'), put('g2'), put('g5000', text(5000)), [
        'dynamodb',
        'BatchGetItem',
        { RequestItems: { chat: { Keys } } },
      ]),
    ).toEqual(reads(2.5));
  });

  it('by query is rounded once for all that it read, filtered or not, in the table or an index', async () => {
    const items = [1, 2, 3].map((n) =>
      put(`q${n}`, { ...text(2000), GSI1PK: { S: 'q' }, GSI1SK: { S: `${n}` } }, {}, 'q'),
    );
    const query = (more: object) =>
      command('Query', { KeyConditionExpression: 'PK = :p', ExpressionAttributeValues: { ':p': { S: 'q' } }, ...more });
    const index = { IndexName: 'GSI1', KeyConditionExpression: 'GSI1PK = :p' };
    expect(await costOf(...items, query({}))).toEqual(reads(1));
    expect(await costOf(query({ ConsistentRead: true }))).toEqual(reads(2));
    expect(await costOf(query({ Limit: 1 }))).toEqual(reads(0.5));
    expect(await costOf(query({ FilterExpression: 'attribute_exists(nothing)' }))).toEqual(reads(1));
    expect(await costOf(query({ ProjectionExpression: 'SK' }))).toEqual(reads(1));
    expect(await costOf(query({ ExpressionAttributeValues: { ':p': { S: 'empty' } } }))).toEqual(reads(0.5));
    expect(await costOf(query(index))).toEqual(reads(1));
  });
});
