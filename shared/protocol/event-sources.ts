/** Who is meant by what is on the event bus: the host's services, or Parley's own workers. */

/** What Parley's workers tell each other. Not for the host: these may change with any version. */
export const internalEventTypes = [
  'conversation.active',
  'message.mentions',
  'presence.changed',
  'receipt.raised',
] as const;

export const publicSource = 'parley';
const internalSource = 'parley.internal';

/** Among an event's `resources` where a webhook of its tenant asks for it: the others are not queued for webhooks. */
export const forWebhooks = 'parley/webhooks';

/** The `source` that events of a type have on the bus. No name is used by both. */
export const sourceOf = (type: string): typeof publicSource | typeof internalSource =>
  (internalEventTypes as readonly string[]).includes(type) ? internalSource : publicSource;
