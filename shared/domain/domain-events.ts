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
  /** A member of a group of 10 to 256 received or read more: how many have what is to be counted anew. */
  'receipt.raised': About & { version: 1; conversationId: string; userId: string };
  /** A message began to mention these users, or ceased to: who sends, edits or deletes it decides. Ask the message as it is now. */
  'message.mentions': About & { version: 1; conversationId: string; seq: number; userIds: string[] };
  'user.deleted': About & { version: 1; userId: string };
  /** A connection came, went or turned away, or it is to be known otherwise. `towards` are those whom the user has blocked or unblocked. */
  'presence.changed': About & { version: 1; userId: string; towards: string[] };
}

export type DomainEvent = {
  [Type in keyof DomainEvents]: { type: Type; detail: DomainEvents[Type] };
}[keyof DomainEvents];
