import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { requirePermission } from '../domain/permissions.ts';
import type { Message, MessageVersion } from '../protocol/message.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { isExpired, versionFrom } from './items.ts';
import { versionKey } from './keys.ts';
import type { Place } from './places.ts';
import type { Table } from './table.ts';

const position = z.int().min(1);

/** What messages were before they were changed. Filed with each change by `messages`. */
export const createVersions = ({ table, clock }: { table: Table; clock: Clock }) => ({
  /** Newest first; without the message as it is now. */
  page: async (
    { caller, conversation, standings }: Place,
    { id, seq, version }: Message,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
  ): Promise<Page<MessageVersion>> => {
    requirePermission(standings, 'message.history');
    const scope = `versions:${id}`;
    const before = cursor === undefined ? version : positionIn(cursor, scope, position);
    const key = (number: number) => versionKey(caller.tenant, conversation.id, seq, number);
    const { Items = [] } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':pk': key(0).PK, ':low': key(0).SK, ':high': key(before - 1).SK },
        ScanIndexForward: false,
        // One more than shown tells whether there are more.
        Limit: limit + 1,
        ConsistentRead: true,
      }),
    );
    const now = epochSeconds(clock.now());
    const items = Items.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.filter((item) => !isExpired(item, now)).map(versionFrom),
      nextCursor: Items.length > limit && last ? cursorOf(scope, Number(last.version)) : null,
    };
  },
});
export type Versions = ReturnType<typeof createVersions>;
