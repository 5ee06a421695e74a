/** To whom a frame goes: all members, or those of them who see what it is about. */
import type { Conversation } from '../protocol/conversation.ts';
import type { LiveEvent } from '../protocol/events.ts';
import type { ConversationState } from './conversation.ts';

/** What is known by now around something that happened. */
export interface Surroundings {
  /** Users who are members now: all of them or, in a large room, those whom a happening names; read only when a happening needs them. */
  members: readonly string[];
  /** The conversation as it is now, without a newest message that has expired. */
  conversation: ConversationState | undefined;
  /** The first number that a member sees. */
  firstSeqOf(user: string): number;
  /** Connections that know of a new message already: the sender's own, and those that the sender posted to. */
  told: readonly string[];
}

export interface Delivery {
  /** Users, or who subscribed to the large room. */
  to: ReadonlySet<string> | 'subscribed';
  /** Of those who subscribed, who joined before message `before` and sees it, and not before message `from`, which they do not see. */
  joined?: { from?: number | undefined; before?: number | undefined };
  /** Connections of theirs that are left out. */
  except: ReadonlySet<string>;
  /** Tells what others have received and read: not to those who have read receipts off. */
  isReceipt?: true;
  frame: LiveEvent;
}

export const delivery = (to: readonly string[], frame: LiveEvent, except: readonly string[] = []): Delivery => ({
  to: new Set(to),
  except: new Set(except),
  frame,
});

export const isLarge = ({ conversation }: Surroundings): boolean => conversation?.live === 'subscribed';

/** All members or, in a large room, all who subscribed. */
export const audienceOf = (around: Surroundings): readonly string[] | 'subscribed' =>
  isLarge(around) ? 'subscribed' : around.members;

export const toAll = (around: Surroundings, frame: LiveEvent): Delivery => {
  const to = audienceOf(around);
  return to === 'subscribed' ? { to, except: new Set(), frame } : delivery(to, frame);
};

/** What is said to those who see a message. Several by their numbers, the least first: whoever sees that sees the others as well. */
export type Sights = readonly [Sight, ...Sight[]];
interface Sight {
  seq: number;
  frame: LiveEvent;
}

/** To those who see the message; the others hear that the revision, if it is one, is none of theirs. */
export const deliveriesAbout = (
  { conversationId, rev }: { conversationId: string; rev: number },
  around: Surroundings,
  sights: Sights,
  except: readonly string[] = [],
): Delivery[] => {
  const hidden = { event: 'revision.hidden', data: { conversationId, rev } } as const;
  return bySight(audienceOf(around), sights, rev > 0 ? hidden : undefined, around, except);
};

/** To each the first of the frames about a message that they see; to who sees none of them another one, if any. */
export const bySight = (
  to: readonly string[] | 'subscribed',
  sights: Sights,
  others: LiveEvent | undefined,
  { conversation, firstSeqOf }: Surroundings,
  except: readonly string[] = [],
): Delivery[] => {
  const last = sights.at(-1)?.seq ?? 0;
  if (to === 'subscribed') {
    if (conversation?.settings.historyFrom !== 'join') return [{ to, except: new Set(except), frame: sights[0].frame }];
    return [
      ...sights.map(({ seq, frame }, i) => ({
        to,
        joined: { ...(i > 0 && { from: sights[i - 1]?.seq }), before: seq },
        except: new Set(except),
        frame,
      })),
      ...(others ? [{ to, joined: { from: last }, except: new Set<string>(), frame: others }] : []),
    ];
  }
  const seeing = Object.groupBy(to, (user) => sights.findIndex(({ seq }) => seq >= firstSeqOf(user)));
  const blind = seeing[-1] ?? [];
  return [
    ...sights.flatMap(({ frame }, i) => {
      const users = seeing[i] ?? [];
      return i === 0 || users.length > 0 ? [delivery(users, frame, except)] : [];
    }),
    ...(others && blind.length > 0 ? [delivery(blind, others)] : []),
  ];
};

/** The conversation as each of them sees it: its newest message may be from before somebody joined. */
export const newsOf = (
  event: 'conversation.new' | 'conversation.updated',
  data: Conversation,
  to: readonly string[] | 'subscribed',
  around: Surroundings,
): Delivery[] => {
  if (!data.lastMessage) return [to === 'subscribed' ? toAll(around, { event, data }) : delivery(to, { event, data })];
  const others = { event, data: { ...data, lastMessage: null } } as const;
  return bySight(to, [{ seq: data.lastMessage.seq, frame: { event, data } }], others, around);
};
