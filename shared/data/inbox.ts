import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { inboxMoment, ownView } from '../domain/conversation.ts';
import { deletedUser } from '../domain/permissions.ts';
import type { OwnConversation } from '../protocol/conversation.ts';
import { conversationId, timestamp } from '../protocol/identifiers.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { conversationFrom, isDeletedProfile, memberFrom } from './items.ts';
import { conversationKey, inboxIndex, inboxPartition, profileKey } from './keys.ts';
import { getMany, type Item, queryAll, type Table } from './table.ts';

/**
 * The index knows the hour of a conversation's last activity, or of one's joining if that is later; META knows the moment. So a page is cut from a chunk of the index
 * that is put in exact order: exact within a chunk, exact to the hour from one chunk to the next.
 */
const smallestChunk = 50;

const position = z.object({
  /** The index entry after which the chunk begins. */
  chunkAfter: z
    .string()
    .regex(/^[0-9T:-]{13}#[dg]-[A-Za-z0-9_-]{22}$/)
    .optional(),
  /** Within the chunk: the entry after which the page begins. */
  row: z.object({ moment: timestamp, id: conversationId }).optional(),
});

export const createInbox = ({ table, clock }: { table: Table; clock: Clock }) => {
  const ofUser = (tenant: string, user: string) => ({
    IndexName: inboxIndex,
    KeyConditionExpression: 'GSI1PK = :user',
    ExpressionAttributeValues: { ':user': inboxPartition(tenant, user) },
  });

  const scopeOf = (caller: Caller) => `inbox:${inboxPartition(caller.tenant, caller.user)}`;

  return {
    /** Newest activity first. Two round trips. @throws Problem `forbidden` to a deleted user */
    page: async (
      caller: Caller,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ): Promise<Page<OwnConversation>> => {
      const { chunkAfter, row: seen } = cursor === undefined ? {} : positionIn(cursor, scopeOf(caller), position);
      const size = Math.max(limit, smallestChunk);
      const chunk = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          ...ofUser(caller.tenant, caller.user),
          ...(chunkAfter === undefined
            ? {}
            : {
                KeyConditionExpression: 'GSI1PK = :user AND GSI1SK < :after',
                ExpressionAttributeValues: {
                  ':user': inboxPartition(caller.tenant, caller.user),
                  ':after': chunkAfter,
                },
              }),
          ScanIndexForward: false,
          // One more than is used tells whether there is another chunk.
          Limit: size + 1,
        }),
      );
      const found = chunk.Items ?? [];
      const entries = found.slice(0, size);
      const [profile, ...states] = await getMany(table, [
        profileKey(caller.tenant, caller.user),
        ...entries.map((entry) => conversationKey(caller.tenant, String(entry.conversationId))),
      ]);
      if (isDeletedProfile(profile)) throw deletedUser();
      const now = clock.now();
      const rows = entries
        .flatMap((entry, i) => rowOf(entry, states[i], now))
        .sort(byActivity)
        .filter((row) => !seen || byActivity(seen, row) < 0);

      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const inChunk = rows.length > limit && last;
      const next = inChunk
        ? { chunkAfter, row: { moment: last.moment, id: last.id } }
        : found.length > size && { chunkAfter: String(entries.at(-1)?.GSI1SK) };
      return { items: shown.map(({ own }) => own), nextCursor: next ? cursorOf(scopeOf(caller), next) : null };
    },

    /** Every conversation that a user is a member of, however many. */
    conversationIdsOf: async (tenant: string, user: string): Promise<string[]> =>
      (await queryAll(table, ofUser(tenant, user))).map((entry) => String(entry.conversationId)),
  };
};
export type Inbox = ReturnType<typeof createInbox>;

interface Row {
  moment: string;
  id: string;
  own: OwnConversation;
}

const rowOf = (entry: Item, meta: Item | undefined, now: Date): Row[] => {
  const state = meta && conversationFrom(meta);
  if (!state || state.deletedAt) return [];
  const member = memberFrom(entry);
  return [{ moment: inboxMoment(state, member), id: state.id, own: ownView(state, member, now) }];
};

const byActivity = (a: Omit<Row, 'own'>, b: Omit<Row, 'own'>): number =>
  b.moment.localeCompare(a.moment) || b.id.localeCompare(a.id);
