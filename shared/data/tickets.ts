import { createHash, randomBytes } from 'node:crypto';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { ticketKey } from './keys.ts';
import { isConditionFailed, type Table } from './table.ts';

const lifeSeconds = 30;

/** Only its digest is kept: who reads the table cannot use what they find. */
const digestOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64url');

type Holder = Omit<Caller, 'connectionId'>;

export const createTickets = ({ table, clock }: { table: Table; clock: Clock }) => ({
  /** A ticket ends with the token that it was bought with, if that is sooner. */
  issue: async ({ tenant, user, roles, expiresAt }: Caller): Promise<{ ticket: string; expiresAt: string }> => {
    const ticket = randomBytes(32).toString('base64url');
    const until = Math.min(epochSeconds(clock.now()) + lifeSeconds, expiresAt);
    const Item = { ...ticketKey(digestOf(ticket)), holder: { tenant, user, roles, expiresAt }, expiresAt: until };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    return { ticket, expiresAt: new Date(until * 1000).toISOString() };
  },

  /** Takes a ticket out of circulation: of two who come with it, one gets in. @returns undefined for one that is unknown, used or too old */
  redeem: async (ticket: string): Promise<Holder | undefined> => {
    try {
      const { Attributes } = await table.client.send(
        new DeleteCommand({
          TableName: table.name,
          Key: ticketKey(digestOf(ticket)),
          ConditionExpression: 'expiresAt > :now',
          ExpressionAttributeValues: { ':now': epochSeconds(clock.now()) },
          ReturnValues: 'ALL_OLD',
        }),
      );
      return Attributes?.holder as Holder | undefined;
    } catch (error) {
      if (isConditionFailed(error)) return undefined;
      throw error;
    }
  },
});
export type Tickets = ReturnType<typeof createTickets>;
