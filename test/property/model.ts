/**
 * What there is of one conversation, and what can be done in it, as simply as it can be said. What comes of it: `verdicts.ts`. It
 * knows nothing of how Parley does it; the permission table is written anew here.
 */
import type { ConversationSettings } from '../../shared/protocol/conversation.ts';

export const names = ['ada', 'bob', 'cyd', 'dan'] as const;
export type Name = (typeof names)[number];

/** The tenant's moderator, in both tenants: sees everything and deletes anybody's message. */
export const moderator: Name = 'dan';

export type Role = 'owner' | 'admin' | 'member';

/** A message that was answered as stored. */
export interface Said {
  sender: string;
  /** null is a tombstone. */
  content: string | null;
  version: number;
  /** Who reacted, by emoji, in order; none is empty. A tombstone keeps them, and shows none. */
  reactions: Record<string, string[]>;
  /** Whether it is a reply in a thread. */
  isReply: boolean;
}

/** What a message may refer to, by number. */
export interface References {
  quotes: number | null;
  repliesTo: number | null;
}

/** Two of them are one, spelled otherwise. */
export const emoji = ['👍', '❤', '❤️', '👩🏽‍🚀'] as const;
export const spelled = (one: string): string => (one === '❤' ? '❤️' : one);

export interface Room {
  type: 'direct' | 'group';
  title: string | null;
  settings: Settings;
  ended: boolean;
  members: Partial<Record<string, Role>>;
  /** Who joined after the beginning, at least once, in order. */
  latecomers: string[];
  said: Record<number, Said>;
  /** In order of their numbers. */
  pins: number[];
  /** What somebody has deleted for themselves, in order. */
  hidden: Partial<Record<string, number[]>>;
  /** Those of a direct conversation who have blocked the other, in order. */
  blockedBy: string[];
}

/** Those that the model knows of. */
export type Settings = Omit<ConversationSettings, 'retentionDays'>;

export type Action =
  | ({
      kind: 'send';
      clientMessageId: string;
      content: string;
      afterSeq: number | undefined;
      attempt: number;
    } & References)
  | { kind: 'edit'; seq: number; content: string; expectedVersion: number | undefined }
  | { kind: 'delete'; seq: number }
  | { kind: 'react' | 'unreact'; seq: number; emoji: string }
  | { kind: 'add'; users: string[]; role: 'admin' | 'member' }
  | { kind: 'appoint'; user: string; role: Role }
  | { kind: 'remove'; user: string }
  | { kind: 'join' }
  | { kind: 'leave' }
  | { kind: 'retitle'; title: string }
  | { kind: 'set'; settings: Partial<Settings> }
  | { kind: 'end' }
  | { kind: 'read' }
  | { kind: 'mark'; what: 'read' | 'delivered'; seq: number | undefined }
  | { kind: 'hide' | 'read thread'; seq: number }
  | { kind: 'pin' | 'unpin'; seq: number }
  /** The other of two, in their direct conversation. */
  | { kind: 'block' | 'unblock'; user: string }
  | { kind: 'type'; what: 'start' | 'stop' }
  | { kind: 'keep'; what: Keeping };

/** What somebody may keep for themselves: it changes nothing that others see. */
export type Keeping = 'mark' | 'unmark' | 'mute' | 'pin' | 'archive' | 'take back' | 'draft' | 'clear';
export const keepings: readonly Keeping[] = ['mark', 'unmark', 'mute', 'pin', 'archive', 'take back', 'draft', 'clear'];

/** A number that no conversation has come to. */
export const notTaken = 999_999;

/** What an action is answered with: `ok` with its answer, an error's code, or `unknown` where it is open whether anything was done. */
export interface Outcome {
  code: string;
  answer?: unknown;
}
