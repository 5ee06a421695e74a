/** Messages at a steady pace, and a count of every receipt at every member. */
import { setTimeout as after } from 'node:timers/promises';
import type { ServerFrame } from '../../../shared/protocol/events.ts';
import type { Group } from './groups.ts';

export interface Pace {
  /** Messages a second, over all groups together. */
  rate: number;
  seconds: number;
}

export interface Outcome {
  sent: number;
  acked: number;
  /** Answered with an error. */
  refused: number;
  /** Receipts there had to be, each message at each member but its sender, and those that came; nothing is counted twice. */
  expected: number;
  received: number;
  duplicates: number;
  /** From the frame's sending, in milliseconds. */
  ackMs: number[];
  receiveMs: number[];
  /** From the last message's sending until nothing was missing any more, or nobody waited any longer. */
  settledMs: number;
}

/** Longer than any retry of a post: what is missing then is lost. */
const patienceMs = 60_000;
const tickMs = 4;

/**
 * Goes on sending at its pace however long answers take: a slow answer delays no later message, and so hides no waiting.
 * @param label new for each round; messages are told apart by it
 */
export const chat = async (groups: readonly Group[], { rate, seconds }: Pace, label: string): Promise<Outcome> => {
  const count = Math.round(rate * seconds);
  const sentAt = new Map<string, number>();
  const acked = new Set<string>();
  const receivedBy = new Map<string, Set<string>>();
  const outcome: Outcome = {
    sent: 0,
    acked: 0,
    refused: 0,
    expected: 0,
    received: 0,
    duplicates: 0,
    ackMs: [],
    receiveMs: [],
    settledMs: 0,
  };
  const complete = Promise.withResolvers<void>();
  const look = () => {
    const { sent, acked: answered, refused, expected, received } = outcome;
    if (sent === count && answered + refused === sent && received === expected) complete.resolve();
  };

  const hears = (user: string) => (frame: ServerFrame) => {
    const now = performance.now();
    if (frame.event === 'message.sent') {
      const begun = sentAt.get(frame.data.clientMessageId);
      if (begun === undefined || acked.has(frame.data.clientMessageId)) return;
      acked.add(frame.data.clientMessageId);
      outcome.acked += 1;
      outcome.ackMs.push(now - begun);
    } else if (frame.event === 'message.new') {
      const id = frame.data.clientMessageId ?? '';
      const begun = sentAt.get(id);
      const receivers = receivedBy.get(id);
      if (begun === undefined || receivers === undefined) return;
      if (receivers.has(user)) {
        outcome.duplicates += 1;
        return;
      }
      receivers.add(user);
      outcome.received += 1;
      outcome.receiveMs.push(now - begun);
    } else if (frame.event === 'error' || frame.event === undefined) {
      // The gateway's own refusals have no `event`.
      outcome.refused += 1;
    }
    look();
  };
  for (const { members } of groups) for (const member of members) member.onEvent = hears(member.user);

  const send = (i: number) => {
    const group = groups[i % groups.length];
    const sender = group?.members[Math.floor(i / groups.length) % group.members.length];
    if (!group || !sender) return;
    const clientMessageId = `${label}-${i}`;
    receivedBy.set(clientMessageId, new Set());
    sentAt.set(clientMessageId, performance.now());
    outcome.sent += 1;
    outcome.expected += group.members.length - 1;
    sender.send('message.send', { conversationId: group.id, clientMessageId, content: contentOf(clientMessageId) });
  };

  const begun = performance.now();
  while (outcome.sent < count) {
    const due = Math.min(count, Math.floor(((performance.now() - begun) / 1000) * rate) + 1);
    while (outcome.sent < due) send(outcome.sent);
    await after(tickMs);
  }
  const ended = performance.now();
  look();
  const patience = setTimeout(complete.resolve, patienceMs);
  await complete.promise;
  clearTimeout(patience);
  return { ...outcome, settledMs: performance.now() - ended };
};

/** About what people write. */
const contentOf = (id: string): string => `${id} ${'The quick brown fox jumps over the lazy dog. '.repeat(2)}`.trim();
