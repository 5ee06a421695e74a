/** What the rest of the service, and one day the host's other services, hear over the bus. */

interface About {
  /** Stable across redeliveries: made of what changed. */
  id: string;
  tenantId: string;
  occurredAt: string;
}

/** `detail-type` → `detail`, each with its version. */
export interface DomainEvents {
  /** A conversation woke up in an hour in which nothing had been said yet: its place in its members' inboxes is out of date. */
  'conversation.active': About & { version: 1; conversationId: string };
  'conversation.deleted': About & { version: 1; conversationId: string };
  /** A message began to mention these users, or ceased to: who sends, edits or deletes it decides. Ask the message as it is now. */
  'message.mentions': About & { version: 1; conversationId: string; seq: number; userIds: string[] };
  'user.deleted': About & { version: 1; userId: string };
}

export type DomainEvent = {
  [Type in keyof DomainEvents]: { type: Type; detail: DomainEvents[Type] };
}[keyof DomainEvents];
