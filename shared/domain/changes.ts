import type { Live, Member } from '../protocol/conversation.ts';

/**
 * What `rev` numbers: everything that changed after it was first said. A change points at what changed; a membership is small
 * enough to be carried along, so that a removed one can still be told.
 */
export type Change = { conversationId: string; rev: number; at: string; by: string } & (
  | { kind: 'message.updated' | 'message.deleted'; seq: number }
  | { kind: 'reaction.added' | 'reaction.removed'; seq: number; emoji: string; userId: string }
  | { kind: 'message.pinned' | 'message.unpinned'; seq: number }
  | { kind: 'member.added' | 'member.updated' | 'member.removed'; member: Member }
  | {
      kind: 'conversation.updated';
      /** Where it became a large room, or stopped to be one: everybody is told of it. */
      live?: Live;
    }
  | { kind: 'conversation.deleted' }
);

/** Whether a pin was set or taken off: the message that it points at is as it was. */
export const isPinChange = (
  change: Change,
): change is Extract<Change, { kind: 'message.pinned' | 'message.unpinned' }> =>
  change.kind === 'message.pinned' || change.kind === 'message.unpinned';

/** A change before it is filed. */
export type ChangeDraft = Change extends infer One
  ? One extends Change
    ? Omit<One, 'rev' | 'conversationId'>
    : never
  : never;
