import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import type { Message } from '../protocol/message.ts';
import { toldMarkKey } from './keys.ts';
import type { Item, Table } from './table.ts';

/** Longer than the stream's fan-out looks back. */
const lifeSeconds = 3_600;

/** Marks of the fast lane: which connections a sender has told of a message by itself. */
export const createToldMarks = ({ table, clock }: { table: Table; clock: Clock }) => ({
  leave: async (
    tenant: string,
    { conversationId, seq }: Pick<Message, 'conversationId' | 'seq'>,
    told: readonly string[],
  ): Promise<void> => {
    const expiresAt = epochSeconds(clock.now()) + lifeSeconds;
    const Item = { ...toldMarkKey(tenant, conversationId, seq), told, expiresAt };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
  },
});
export type ToldMarks = ReturnType<typeof createToldMarks>;

/** @param mark undefined where there is none */
export const toldBy = (mark: Item | undefined): readonly string[] => (mark?.told ?? []) as string[];
