/** What IAM asks of a DynamoDB call: actions, tables and indexes, leading keys and attributes. */
import type { CloudModel, TableModel } from '../model.ts';
import { account, region } from '../model.ts';
import type { Need } from './service.ts';

type Input = Record<string, unknown>;
type Values = Record<string, Record<string, unknown>>;

const isObject = (value: unknown): value is Input =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Input => (isObject(value) ? value : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): Input[] => (Array.isArray(value) ? value.filter(isObject) : []);

const tableArn = (model: CloudModel, name: string): string =>
  name.startsWith('arn:')
    ? name
    : (model.tables.find((table) => table.name === name)?.arn ?? `arn:aws:dynamodb:${region}:${account}:table/${name}`);

const hashKeyOf = (table: TableModel | undefined, indexName: string): string | undefined => {
  const indexes = [table?.create.GlobalSecondaryIndexes, table?.create.LocalSecondaryIndexes].flatMap(listOf);
  const owner = indexName ? indexes.find((index) => index.IndexName === indexName) : table?.create;
  return textOf(listOf(owner?.KeySchema).find(({ KeyType }) => KeyType === 'HASH')?.AttributeName) || undefined;
};

/** `{ S: "x" }` → `x`, as IAM compares it. */
const scalarOf = (value: unknown): string[] => {
  const [scalar] = Object.values(objectOf(value));
  return typeof scalar === 'string' ? [scalar] : [];
};

const nameOf = (token: string, input: Input): string =>
  token.startsWith('#') ? textOf(objectOf(input.ExpressionAttributeNames)[token]) : token;

/** The value that a key condition fixes the hash key to. */
const queriedKey = (input: Input, hashKey: string): string[] => {
  for (const [, token, value] of textOf(input.KeyConditionExpression).matchAll(/(#?[\w.-]+)\s*=\s*(:\w+)/g)) {
    if (token && value && nameOf(token, input) === hashKey)
      return scalarOf(objectOf(input.ExpressionAttributeValues)[value]);
  }
  return [];
};

const words = new Set(
  'SET REMOVE ADD DELETE AND OR NOT BETWEEN IN if_not_exists list_append attribute_exists attribute_not_exists attribute_type begins_with contains size'.split(
    ' ',
  ),
);

const expressions = [
  'ProjectionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'UpdateExpression',
  'ConditionExpression',
];

/** Top-level attributes that a request names anywhere. */
const attributesOf = (input: Input): string[] => {
  const names = new Set([...Object.keys(objectOf(input.Item)), ...Object.keys(objectOf(input.Key))]);
  for (const expression of expressions) {
    for (const [token] of textOf(input[expression]).matchAll(/(?<![\w.:#[])#?[A-Za-z_][\w-]*/g)) {
      if (!words.has(token)) names.add(nameOf(token, input));
    }
  }
  for (const name of Array.isArray(input.AttributesToGet) ? input.AttributesToGet : []) names.add(textOf(name));
  return [...names];
};

export const needsOf = (operation: string, input: Input, model: CloudModel): Need[] => {
  const need = (action: string, request: Input, keys?: Values[]): Need => {
    const name = textOf(request.TableName);
    const index = textOf(request.IndexName);
    const table = model.tables.find((one) => one.name === name || one.arn === name);
    const context = () => {
      const hashKey = hashKeyOf(table, index);
      const held = keys ?? [request.Key, request.Item].filter(isObject);
      const leading = hashKey
        ? [...held.flatMap((key) => scalarOf(key[hashKey])), ...queriedKey(request, hashKey)]
        : [];
      const select = textOf(request.Select) || (request.ProjectionExpression ? 'SPECIFIC_ATTRIBUTES' : '');
      return {
        'dynamodb:LeadingKeys': [...new Set(leading)],
        'dynamodb:Attributes': attributesOf(request),
        ...(select && { 'dynamodb:Select': [select] }),
        ...(typeof request.ReturnValues === 'string' && { 'dynamodb:ReturnValues': [request.ReturnValues] }),
      };
    };
    const arn = tableArn(model, name);
    return { action: `dynamodb:${action}`, resource: index ? `${arn}/index/${index}` : arn, context };
  };

  switch (operation) {
    case 'BatchGetItem':
      return Object.entries(objectOf(input.RequestItems)).map(([TableName, request]) => {
        const asked = objectOf(request);
        return need(operation, { ...asked, TableName }, listOf(asked.Keys) as Values[]);
      });
    case 'BatchWriteItem':
      return Object.entries(objectOf(input.RequestItems)).map(([TableName, requests]) => {
        const keys = listOf(requests).flatMap((request) => [
          objectOf(request.PutRequest).Item,
          objectOf(request.DeleteRequest).Key,
        ]);
        return need(operation, { TableName }, keys.filter(isObject) as Values[]);
      });
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return listOf(input.TransactItems).flatMap((item) =>
        Object.entries(item).map(([kind, request]) => need(transactActions[kind] ?? kind, objectOf(request))),
      );
    default: {
      if (typeof input.TableName === 'string') return [need(operation, input)];
      const resource = textOf(input.StreamArn) || textOf(input.ResourceArn) || '*';
      return [{ action: `dynamodb:${operation}`, resource }];
    }
  }
};

/** A transaction has no permission of its own: each item needs that of the plain operation. */
const transactActions: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};
