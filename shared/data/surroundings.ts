import type { ConversationState, MemberState } from '../domain/conversation.ts';
import type { Message } from '../protocol/message.ts';
import { conversationFrom, memberFrom } from './items.ts';
import { conversationKey, memberKey, presenceKey } from './keys.ts';
import { type Connection, liveConnections } from './presence.ts';
import { getMany, type Item, type Table } from './table.ts';
import { markKeyOf, toldBy } from './told-marks.ts';

/** Connections that a sender told of a new message by itself, by the message's number. */
export type ToldBySeq = ReadonlyMap<number, readonly string[]>;

/** What is known around something that happened in a conversation. */
export interface Around {
  conversation: ConversationState | undefined;
  /** Those of the users asked for who are members. */
  members: readonly MemberState[];
  told: ToldBySeq;
}

const toldIn = (marked: readonly Message[], marks: readonly (Item | undefined)[]): ToldBySeq =>
  new Map(marked.map((message, i) => [message.seq, toldBy(marks[i], message)]));

export const createSurroundings = ({ table }: { table: Table }) => ({
  /**
   * Consistently, and in one round trip.
   * @param users whose memberships are read along
   * @param marked new messages whose senders may have told some by themselves
   */
  around: async (
    tenant: string,
    conversationId: string,
    { users, marked }: { users: readonly string[]; marked: readonly Message[] },
  ): Promise<Around> => {
    const [meta, ...rest] = await getMany(
      table,
      [
        conversationKey(tenant, conversationId),
        ...users.map((user) => memberKey(tenant, conversationId, user)),
        ...marked.map((message) => markKeyOf(tenant, message)),
      ],
      { consistent: true },
    );
    return {
      conversation: meta && conversationFrom(meta),
      members: rest.slice(0, users.length).flatMap((item) => (item ? [memberFrom(item)] : [])),
      told: toldIn(marked, rest.slice(users.length)),
    };
  },

  /**
   * Who is there, and who was told already: one round trip for up to a hundred of both. A mark that was left a moment ago may be missing;
   * its connections are told twice.
   */
  listeners: async (
    tenant: string,
    { users, marked }: { users: readonly string[]; marked: readonly Message[] },
  ): Promise<{ live: Connection[]; told: ToldBySeq }> => {
    const items = await getMany(table, [
      ...users.map((user) => presenceKey(tenant, user)),
      ...marked.map((message) => markKeyOf(tenant, message)),
    ]);
    return {
      live: users.flatMap((user, i) => liveConnections(items[i], user)),
      told: toldIn(marked, items.slice(users.length)),
    };
  },
});
export type Surroundings = ReturnType<typeof createSurroundings>;
