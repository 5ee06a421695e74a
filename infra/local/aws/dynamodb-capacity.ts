/**
 * What a DynamoDB call costs. The engine's own account is asked for with every call and agrees with AWS' rules (items rounded
 * up to 1 KB a write and 4 KB a read, half for eventual consistency, twice for transactions, index writes where projected
 * attributes change), but for two things that are made good here:
 * - `GetItem` and `TransactGetItems` with a projection are charged by the projected bytes there, by the whole item on AWS;
 * - a condition that fails costs a write on AWS, and no account comes with an error: it is counted as one unit an item (two
 *   in a transaction), though AWS rounds up the size of the item that was there.
 */

type Json = Record<string, unknown>;

const metered = new Map<string, 'read' | 'write'>([
  ['GetItem', 'read'],
  ['BatchGetItem', 'read'],
  ['Query', 'read'],
  ['Scan', 'read'],
  ['TransactGetItems', 'read'],
  ['PutItem', 'write'],
  ['UpdateItem', 'write'],
  ['DeleteItem', 'write'],
  ['BatchWriteItem', 'write'],
  ['TransactWriteItems', 'write'],
]);

interface Units {
  readUnits: number;
  writeUnits: number;
}

export const isMetered = (operation: string): boolean => metered.has(operation);

export const isRead = (operation: string): boolean => metered.get(operation) === 'read';

export const asksForCapacity = (input: Json): boolean =>
  input.ReturnConsumedCapacity === 'TOTAL' || input.ReturnConsumedCapacity === 'INDEXES';

/** The same request, asking for its cost. The text is spliced where it can be: most bodies are not worth writing anew. */
export const askingForCapacity = (input: Json, body: Buffer): string => {
  if (input.ReturnConsumedCapacity !== undefined) return JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' });
  const text = body.toString();
  return `{"ReturnConsumedCapacity":"TOTAL",${text.slice(text.indexOf('{') + 1)}`;
};

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

export const unitsOf = (operation: string, answer: Json): Units => {
  const kind = metered.get(operation);
  const units = { readUnits: 0, writeUnits: 0 };
  for (const entry of [answer.ConsumedCapacity ?? []].flat() as Json[]) {
    // A transaction repeated with its token reads only, and says so.
    const read = entry.ReadCapacityUnits;
    const write = entry.WriteCapacityUnits;
    if (read === undefined && write === undefined) {
      units[kind === 'read' ? 'readUnits' : 'writeUnits'] += numberOf(entry.CapacityUnits);
    } else {
      units.readUnits += numberOf(read);
      units.writeUnits += numberOf(write);
    }
  }
  return units;
};

export const unitsOfFailure = (operation: string, input: Json, error: string): Units => {
  const none = { readUnits: 0, writeUnits: 0 };
  if (error === 'ConditionalCheckFailedException') return { ...none, writeUnits: 1 };
  if (error !== 'TransactionCanceledException' || operation !== 'TransactWriteItems') return none;
  return { ...none, writeUnits: 2 * (Array.isArray(input.TransactItems) ? input.TransactItems.length : 0) };
};

const withoutProjection = ({ ProjectionExpression, AttributesToGet, ExpressionAttributeNames, ...rest }: Json): Json =>
  rest;

/** For a read whose projection hides what it costs: the same read of the whole items, made for its cost alone. */
export const wholeRead = (operation: string, input: Json): Json | undefined => {
  const asking = { ReturnConsumedCapacity: 'TOTAL' };
  if (operation === 'GetItem') {
    const projected = input.ProjectionExpression !== undefined || input.AttributesToGet !== undefined;
    return projected ? { ...withoutProjection(input), ...asking } : undefined;
  }
  if (operation !== 'TransactGetItems' || !Array.isArray(input.TransactItems)) return undefined;
  const items = input.TransactItems as { Get?: Json }[];
  if (!items.some(({ Get }) => Get?.ProjectionExpression !== undefined)) return undefined;
  return { ...input, ...asking, TransactItems: items.map(({ Get }) => ({ Get: withoutProjection(Get ?? {}) })) };
};
