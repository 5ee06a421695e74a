/** What is told on the event bus: to the host's services as shared/protocol/domain-events.ts has it, and to Parley's own workers. */
import { createHash } from 'node:crypto';
import type { PublicEvent, PublicEvents, PublicEventType } from '../protocol/domain-events.ts';
import { byteLength } from '../protocol/text.ts';

interface About {
  /** Stable across redeliveries: made of what changed. */
  id: string;
  tenantId: string;
  occurredAt: string;
}

/** What the workers hear beside what is public: `shared/protocol/event-sources.ts` lists these types too. */
interface InternalEvents {
  /** A conversation woke up in an hour in which nothing had been said yet: its place in its members' inboxes is out of date. */
  'conversation.active': About & { version: 1; conversationId: string };
  /** A member of a group of 10 to 256 received or read more: how many have what is to be counted anew. */
  'receipt.raised': About & { version: 1; conversationId: string; userId: string };
  /** A message began to mention these users, or ceased to: who sends, edits or deletes it decides. Ask the message as it is now. */
  'message.mentions': About & {
    version: 1;
    conversationId: string;
    seq: number;
    userIds: string[];
    traceparent?: string;
  };
  /** A connection came, went or turned away, or it is to be known otherwise. `towards` are those whom the user has blocked or unblocked. */
  'presence.changed': About & { version: 1; userId: string; towards: string[] };
}

/** `detail-type` → `detail`, each with its version. */
export type DomainEvents = PublicEvents & InternalEvents;

export type InternalEvent = {
  [Type in keyof InternalEvents]: { type: Type; detail: InternalEvents[Type] };
}[keyof InternalEvents];

export type DomainEvent = PublicEvent | InternalEvent;

/** What makes an event the one that it is: the same thing that happened has the same parts, however often it is told. */
type Parts = readonly (string | number | null)[];

/**
 * What every public event begins with.
 * @param parts beside tenant and type
 */
export const envelopeOf = (
  type: PublicEventType,
  parts: Parts,
  { tenantId, occurredAt, actor }: { tenantId: string; occurredAt: string; actor: string | null },
) => ({ id: publicIdOf([tenantId, type, ...parts]), version: 1 as const, tenantId, occurredAt, actor });

const publicIdOf = (parts: Parts): string =>
  `evt_${createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16).toString('base64url')}`;

/**
 * EventBridge takes 256 KB in all, and hands an event to a queue, which may take no more, with some hundred bytes around it.
 * By what a message may hold, no event comes near it.
 */
export const largestDetail = 240 * 1024;

/** An event as the bus takes it: a message that is too large for it is to be fetched. */
export const fitting = <Event extends DomainEvent>(event: Event, mostBytes = largestDetail): DomainEvent => {
  if (!isAboutMessage(event) || !event.detail.data) return event;
  if (byteLength(JSON.stringify(event.detail)) <= mostBytes) return event;
  const { data, ...rest } = event.detail;
  return { type: event.type, detail: { ...rest, reference: { href: `/api/messages/${data.message.id}` } } };
};

type MessageEventType = 'message.created' | 'message.updated' | 'message.deleted';

const isAboutMessage = (event: DomainEvent): event is Extract<DomainEvent, { type: MessageEventType }> =>
  ['message.created', 'message.updated', 'message.deleted'].includes(event.type);
