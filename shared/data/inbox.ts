import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { inboxMoment, ownView } from '../domain/conversation.ts';
import { inboxPlaceOf } from '../domain/own-state.ts';
import { deletedUser } from '../domain/permissions.ts';
import type { OwnConversation } from '../protocol/conversation.ts';
import { conversationId, timestamp } from '../protocol/identifiers.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { conversationFrom, isDeletedProfile, memberFrom } from './items.ts';
import { conversationKey, inboxIndex, inboxPartition, inboxStretches, profileKey } from './keys.ts';
import { getMany, type Item, queryAll, type Table } from './table.ts';

/**
 * The index knows the hour of a conversation's last activity, or of one's joining if that is later; META knows the moment. So a page is cut from a chunk of the index
 * that is put in exact order: exact within a chunk, exact to the hour from one chunk to the next.
 */
const smallestChunk = 50;

const positionSchema = ({ low, high }: Stretch) =>
  z.object({
    /** The index entry after which the chunk begins. */
    chunkAfter: z
      .string()
      .regex(/^(P#|!)?[0-9T:-]{13}#[dg]-[A-Za-z0-9_-]{22}$/)
      .refine((entry) => low < entry && entry < high)
      .optional(),
    /** Within the chunk: the entry after which the page begins. */
    row: place.optional(),
  });
const place = z.object({ isPinned: z.boolean(), moment: timestamp, id: conversationId });
type Place = z.output<typeof place>;

type List = keyof typeof inboxStretches;
type Stretch = (typeof inboxStretches)[List];

/** Which of an inbox' lists is asked for. */
const listOf = ({ archived, pinned }: Pick<InboxQuery, 'archived' | 'pinned'>): List => {
  if (archived) return 'archived';
  return pinned === undefined ? 'inbox' : pinned ? 'pinned' : 'usual';
};

export interface InboxQuery {
  limit: number;
  cursor?: string | undefined;
  /** Those instead that were put away. */
  archived?: boolean | undefined;
  /** Only those, or only the others. */
  pinned?: boolean | undefined;
}

export const createInbox = ({ table, clock }: { table: Table; clock: Clock }) => {
  const ofUser = (tenant: string, user: string) => ({
    IndexName: inboxIndex,
    KeyConditionExpression: 'GSI1PK = :user',
    ExpressionAttributeValues: { ':user': inboxPartition(tenant, user) },
  });

  return {
    /** What is pinned, then the rest, newest activity first. Two round trips. @throws Problem `forbidden` to a deleted user */
    page: async (caller: Caller, { limit, cursor, ...which }: InboxQuery): Promise<Page<OwnConversation>> => {
      const list = listOf(which);
      const scope = `${list}:${inboxPartition(caller.tenant, caller.user)}`;
      const { chunkAfter, row: seen } =
        cursor === undefined ? {} : positionIn(cursor, scope, positionSchema(inboxStretches[list]));
      const { low, high } = inboxStretches[list];
      const size = Math.max(limit, smallestChunk);
      const chunk = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          IndexName: inboxIndex,
          KeyConditionExpression: 'GSI1PK = :user AND GSI1SK BETWEEN :low AND :high',
          ExpressionAttributeValues: {
            ':user': inboxPartition(caller.tenant, caller.user),
            ':low': low,
            ':high': chunkAfter ?? high,
          },
          ScanIndexForward: false,
          // The one after which the chunk begins comes along; one more than is used tells whether there is another chunk.
          Limit: size + (chunkAfter === undefined ? 1 : 2),
        }),
      );
      const found = (chunk.Items ?? []).filter(({ GSI1SK }) => GSI1SK !== chunkAfter);
      const entries = found.slice(0, size);
      const [profile, ...states] = await getMany(table, [
        profileKey(caller.tenant, caller.user),
        ...entries.map((entry) => conversationKey(caller.tenant, String(entry.conversationId))),
      ]);
      if (isDeletedProfile(profile)) throw deletedUser();
      const now = clock.now();
      const rows = entries
        .flatMap((entry, i) => rowOf(entry, states[i], now) ?? [])
        .sort((a, b) => byActivity(a.place, b.place))
        .filter((row) => !seen || byActivity(seen, row.place) < 0);

      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const inChunk = rows.length > limit && last;
      const next = inChunk
        ? { chunkAfter, row: last.place }
        : found.length > size && { chunkAfter: String(entries.at(-1)?.GSI1SK) };
      return { items: shown.map(({ own }) => own), nextCursor: next ? cursorOf(scope, next) : null };
    },

    /** Every conversation that a user is a member of, however many. */
    conversationIdsOf: async (tenant: string, user: string): Promise<string[]> =>
      (await queryAll(table, ofUser(tenant, user))).map((entry) => String(entry.conversationId)),
  };
};
export type Inbox = ReturnType<typeof createInbox>;

interface Row {
  place: Place;
  own: OwnConversation;
}

/** What an entry of the index and its conversation show its member; undefined once it is deleted. */
export const rowOf = (entry: Item, meta: Item | undefined, now: Date): Row | undefined => {
  const state = meta && conversationFrom(meta);
  if (!state || state.deletedAt) return undefined;
  const member = memberFrom(entry);
  const isPinned = inboxPlaceOf(member) === 'pinned';
  return { place: { isPinned, moment: inboxMoment(state, member), id: state.id }, own: ownView(state, member, now) };
};

const byActivity = (a: Place, b: Place): number =>
  Number(b.isPinned) - Number(a.isPinned) || b.moment.localeCompare(a.moment) || b.id.localeCompare(a.id);
