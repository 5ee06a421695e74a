import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { digestKey } from './keys.ts';
import { getMany, type Item, isConditionFailed, type Table } from './table.ts';

/** What is known of a user's digests. */
export interface Digest {
  /** The one that is to come: messages with another name have been overtaken. */
  window: string | undefined;
  /** When. */
  dueAt: string | undefined;
  /** When the last one went out: what was said before was in it, or had been read. */
  sentAt: string | undefined;
}

/** One item a user: while a window is open, whatever else happens waits for the same digest. */
export const createDigests = ({ table }: { table: Table }) => {
  /** @returns whether the condition held */
  const update = async (
    tenant: string,
    user: string,
    UpdateExpression: string,
    ConditionExpression: string,
    values: Record<string, unknown>,
  ): Promise<boolean> => {
    try {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: digestKey(tenant, user),
          UpdateExpression,
          ConditionExpression,
          ExpressionAttributeNames: { '#window': 'window' },
          ExpressionAttributeValues: values,
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  };

  return {
    find: async (tenant: string, user: string): Promise<Digest> => {
      const [item] = await getMany(table, [digestKey(tenant, user)], { consistent: true });
      return digestIn(item);
    },

    /** Opens a window whose message is queued already. Does nothing where another was quicker. */
    open: async (
      tenant: string,
      user: string,
      found: Digest,
      next: { window: string; dueAt: string },
    ): Promise<void> => {
      const isAsFound = found.window === undefined ? 'attribute_not_exists(#window)' : '#window = :found';
      await update(tenant, user, 'SET #window = :window, dueAt = :due', isAsFound, {
        ':window': next.window,
        ':due': next.dueAt,
        ...(found.window !== undefined && { ':found': found.window }),
      });
    },

    /** One window is over, unless another has begun meanwhile. @param sentAt as of when a digest went out, if there was anything to send */
    close: async (tenant: string, user: string, window: string, sentAt: string | undefined): Promise<void> => {
      const over = sentAt === undefined ? '' : 'SET sentAt = :at ';
      const values = sentAt === undefined ? {} : { ':at': sentAt };
      const isClosed = await update(tenant, user, `${over}REMOVE #window, dueAt`, '#window = :window', {
        ...values,
        ':window': window,
      });
      if (!isClosed && sentAt !== undefined)
        await update(tenant, user, 'SET sentAt = :at', 'attribute_exists(#window)', values);
    },
  };
};
export type Digests = ReturnType<typeof createDigests>;

/** @param item the user's, if there is one */
export const digestIn = (item: Item | undefined): Digest => ({
  window: item?.window as string | undefined,
  dueAt: item?.dueAt as string | undefined,
  sentAt: item?.sentAt as string | undefined,
});
