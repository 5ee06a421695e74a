/** Who tried to say what, when, and what they were told. Moments are counted, not timed. */
import type { References } from './model.ts';

export interface Sent {
  tenant: string;
  room: string;
  sender: string;
  clientMessageId: string;
  content: string;
  references: References;
  /** What its sender knew, if they say so. */
  afterSeq: number | undefined;
  /** When its first attempt began. */
  begun: number;
  /** Who was certainly no member by then. */
  outsiders: readonly string[];
  /** Since it was last given up. */
  attempts: number;
  /** Ever. */
  tries: number;
  /** An attempt ended without an answer that says that nothing was stored. */
  uncertain: boolean;
  answered: { seq: number; at: number } | undefined;
  /** Its sender will not try again. */
  over: boolean;
}

export const createLedger = () => {
  const entries: Sent[] = [];
  return {
    entries,
    begin: (
      sent: Pick<
        Sent,
        'tenant' | 'room' | 'sender' | 'clientMessageId' | 'content' | 'references' | 'afterSeq' | 'begun' | 'outsiders'
      >,
    ): Sent => {
      const entry: Sent = { ...sent, attempts: 0, tries: 0, uncertain: false, answered: undefined, over: false };
      entries.push(entry);
      return entry;
    },
    inRoom: (room: string): Sent[] => entries.filter((one) => one.room === room),
  };
};
export type Ledger = ReturnType<typeof createLedger>;

interface Stored {
  seq: number;
  status: string;
  senderId: string | null;
  clientMessageId: string | null;
}

/** What is wrong with a room's messages, given who tried to say what in it. */
export const complaintsAboutMessages = (stored: readonly Stored[], sent: readonly Sent[]): string[] => {
  const real = stored.filter(({ status }) => status !== 'void');
  const placesOf = (one: Sent) =>
    real.filter((message) => message.senderId === one.sender && message.clientMessageId === one.clientMessageId);
  const unsaid = real.filter((message) => !sent.some((one) => placesOf(one).includes(message)));
  const answered = sent.flatMap((one) => (one.answered ? [{ ...one, ...one.answered }] : []));
  return [
    ...unsaid.map(({ seq }) => `number ${seq} was said by nobody`),
    ...sent.flatMap((one) => {
      const places = placesOf(one).map(({ seq }) => seq);
      if (places.length > 1) return [`${one.content} is stored ${places.length} times: ${places}`];
      if (one.answered && places[0] !== one.answered.seq)
        return [`${one.content} was answered as number ${one.answered.seq} and is ${places[0] ?? 'nowhere'}`];
      if (places.length === 1 && !one.answered && !one.uncertain) return [`${one.content} was refused and is stored`];
      return [];
    }),
    ...answered.flatMap((one) =>
      sent.flatMap((later) => {
        const seq = placesOf(later)[0]?.seq;
        return later.begun > one.at && seq !== undefined && seq < one.seq
          ? [`${later.content} (${seq}) began after ${one.content} (${one.seq}) was answered`]
          : [];
      }),
    ),
  ];
};
