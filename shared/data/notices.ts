import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { noticeKey } from './keys.ts';
import { type Item, isConditionFailed, itemThatFailed, type Table } from './table.ts';

/** What became of it on one way to the user: `gone`, because nobody is there any more; `failed` for good. */
export type Outcome = 'sent' | 'gone' | 'failed';

/** By device id; `email` for that. */
export type Outcomes = Readonly<Record<string, Outcome>>;

/** No worker takes longer; what one left behind that died is taken up again then. */
const leaseSeconds = 60;
const keptSeconds = 7 * 86_400;

const attributeOf = (way: string) => `to:${way}`;

/** Each notification of a user is an item that tells what became of it, and that keeps it from being sent twice. */
export const createNotices = ({ table, clock }: { table: Table; clock: Clock }) => ({
  /**
   * Of those who want to send it, one does.
   * @returns what has been done before; `done` where nothing is left to do, `busy` where another is at it
   */
  begin: async (tenant: string, user: string, notice: string): Promise<Outcomes | 'done' | 'busy'> => {
    const now = clock.now();
    try {
      const { Attributes } = await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: noticeKey(tenant, user, notice),
          UpdateExpression:
            'SET #at = if_not_exists(#at, :now), heldUntil = :until, expiresAt = if_not_exists(expiresAt, :gone)',
          ConditionExpression: 'attribute_not_exists(PK) OR (attribute_not_exists(doneAt) AND heldUntil <= :seconds)',
          ExpressionAttributeNames: { '#at': 'at' },
          ExpressionAttributeValues: {
            ':now': now.toISOString(),
            ':seconds': epochSeconds(now),
            ':until': epochSeconds(now) + leaseSeconds,
            ':gone': epochSeconds(now) + keptSeconds,
          },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return outcomesIn(Attributes);
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      return itemThatFailed(error)?.doneAt === undefined ? 'busy' : 'done';
    }
  },

  /** What the one who began it has done. @param isDone false where some of it is to be tried again */
  end: async (tenant: string, user: string, notice: string, outcomes: Outcomes, isDone: boolean): Promise<void> => {
    const all = Object.entries(outcomes);
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: noticeKey(tenant, user, notice),
        UpdateExpression: `SET heldUntil = :free${isDone ? ', doneAt = :now' : ''}${all.map((_, i) => `, #w${i} = :w${i}`).join('')}`,
        ...(all.length > 0 && {
          ExpressionAttributeNames: Object.fromEntries(all.map(([way], i) => [`#w${i}`, attributeOf(way)])),
        }),
        ExpressionAttributeValues: {
          ':free': 0,
          ...(isDone && { ':now': clock.now().toISOString() }),
          ...Object.fromEntries(all.map(([, outcome], i) => [`:w${i}`, outcome])),
        },
      }),
    );
  },
});
export type Notices = ReturnType<typeof createNotices>;

const outcomesIn = (item: Item | undefined): Outcomes =>
  Object.fromEntries(
    Object.entries(item ?? {}).flatMap(([name, value]) =>
      name.startsWith('to:') ? [[name.slice('to:'.length), value as Outcome]] : [],
    ),
  );
