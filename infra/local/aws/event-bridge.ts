/** EventBridge: PutEvents alone. What becomes of the events is the bus' affair. */
import { account, region } from '../model.ts';
import type { BusEntry, BusPort } from '../ports.ts';
import type { Service } from './service.ts';
import { AwsError, jsonAnswer, jsonError, jsonRefusals, operationOf, parseJson } from './service.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const entryOf = (entry: Record<string, unknown>): BusEntry => ({
  busName: textOf(entry.EventBusName).split('event-bus/').at(-1) || 'default',
  source: textOf(entry.Source),
  detailType: textOf(entry.DetailType),
  detail: textOf(entry.Detail),
  resources: Array.isArray(entry.Resources) ? entry.Resources.map(textOf) : [],
  time: typeof entry.Time === 'number' ? new Date(entry.Time * 1000).toISOString() : undefined,
});

export const createEventBridge = (bus: () => BusPort): Service => ({
  ...jsonRefusals,
  prepare(request) {
    const operation = operationOf(request);
    if (operation !== 'PutEvents') {
      throw new AwsError('UnknownOperationException', `The local cloud does not run events:${operation}.`);
    }
    const { Entries } = parseJson(request.body);
    const entries = Array.isArray(Entries) ? Entries.map(entryOf) : [];
    if (entries.length === 0 || entries.length > 10) {
      const message = `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10`;
      throw new AwsError('ValidationException', message);
    }
    const buses = new Set(entries.map(({ busName }) => busName));
    return {
      action: 'events:PutEvents',
      needs: [...buses].map((name) => ({
        action: 'events:PutEvents',
        resource: `arn:aws:events:${region}:${account}:event-bus/${name}`,
      })),
      async run() {
        const results = await bus().put(entries);
        return jsonAnswer('1.1', 200, {
          FailedEntryCount: results.filter((result) => 'errorCode' in result).length,
          Entries: results.map((result) =>
            'errorCode' in result
              ? { ErrorCode: result.errorCode, ErrorMessage: result.errorMessage }
              : { EventId: result.eventId },
          ),
        });
      },
    };
  },
  spell: (error) => jsonError('1.1', error),
  throttled: () => new AwsError('ThrottlingException', 'Rate exceeded'),
  denied: (_need, message) => new AwsError('AccessDeniedException', message),
});
