import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../domain/clock.ts';
import { conditionAfter, forgottenAfterMs, mostInFlight, type WebhookState } from '../domain/webhooks.ts';
import type { WebhookAttempt } from '../protocol/webhook.ts';
import { webhookKey } from './keys.ts';
import { isConditionFailed, type Table } from './table.ts';
import { webhookFrom } from './webhook-items.ts';

/** How many attempts are under way to an endpoint, and how those went that were made. */
export const createWebhookTurns = ({ table, clock }: { table: Table; clock: Clock }) => {
  /** @returns undefined where the condition does not hold */
  const update = async (
    tenant: string,
    id: string,
    input: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
  ): Promise<WebhookState | undefined> => {
    const Key = webhookKey(tenant, id);
    try {
      const { Attributes = {} } = await table.client.send(
        new UpdateCommand({ TableName: table.name, Key, ReturnValues: 'ALL_NEW', ...input }),
      );
      return webhookFrom(Attributes);
    } catch (error) {
      if (isConditionFailed(error)) return undefined;
      throw error;
    }
  };

  return {
    /**
     * Room for one more attempt to an endpoint.
     * @param state as it was read a moment ago
     * @returns false where as many as may are under way, where it rests, and where it is gone
     */
    take: async (tenant: string, state: WebhookState): Promise<boolean> => {
      const now = clock.now();
      // Room that was taken and never given back. Whoever finds none does not move `takenAt`, so this comes about by itself.
      const forgotten = new Date(now.getTime() - forgottenAfterMs).toISOString();
      const isForgotten = state.inFlight > 0 && (state.takenAt ?? '') < forgotten;
      const taken = await update(tenant, state.id, {
        UpdateExpression: `SET takenAt = :now, inFlight = ${isForgotten ? ':one' : 'inFlight + :one'}`,
        ConditionExpression: `(attribute_not_exists(restUntil) OR restUntil <= :now) AND ${
          isForgotten ? 'takenAt < :forgotten' : 'inFlight < :most'
        }`,
        ExpressionAttributeValues: {
          ':now': now.toISOString(),
          ':one': 1,
          ...(isForgotten ? { ':forgotten': forgotten } : { ':most': mostInFlight(state) }),
        },
      });
      return taken !== undefined;
    },

    /**
     * Gives the room back, and notes how the endpoint is.
     * @param state as it was when the room was taken
     * @returns undefined where it was removed meanwhile
     */
    giveBack: (
      tenant: string,
      state: Pick<WebhookState, 'id' | 'failures' | 'failingSince'>,
      attempt: Pick<WebhookAttempt, 'outcome' | 'latencyMs'>,
      firstRetryMs: number,
    ): Promise<WebhookState | undefined> => {
      const now = clock.now();
      const { slowUntil, restUntil } = conditionAfter(attempt, state, { firstRetryMs, now });
      const sets = [
        'inFlight = inFlight - :one',
        ...(slowUntil === null ? [] : ['slowUntil = :slow']),
        ...(restUntil === null ? [] : ['restUntil = :rest']),
      ];
      const failed = attempt.outcome !== 'delivered';
      return update(tenant, state.id, {
        UpdateExpression: failed
          ? `SET ${[...sets, 'failures = failures + :one', 'failingSince = if_not_exists(failingSince, :now)'].join(', ')}`
          : `SET ${[...sets, 'failures = :none'].join(', ')} REMOVE failingSince, restUntil`,
        ConditionExpression: 'attribute_exists(PK)',
        ExpressionAttributeValues: {
          ':one': 1,
          ...(slowUntil === null ? {} : { ':slow': slowUntil }),
          ...(restUntil === null ? {} : { ':rest': restUntil }),
          ...(failed ? { ':now': now.toISOString() } : { ':none': 0 }),
        },
      });
    },
  };
};
export type WebhookTurns = ReturnType<typeof createWebhookTurns>;
