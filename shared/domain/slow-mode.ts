/** Slow mode: whoever posted waits for their next turn. */
import type { ConversationState } from './conversation.ts';
import { may, type Standing } from './permissions.ts';

/** When somebody last posted in a slow conversation, and what. */
export interface Turn {
  /** In milliseconds since 1970. */
  postedAt: number;
  clientMessageId: string;
}

/** How long they wait from one message to the next, in seconds; 0 for who need not. */
export const slowModeOf = ({
  conversation,
  standings,
}: {
  conversation: Pick<ConversationState, 'settings'>;
  standings: readonly Standing[];
}): number => (may(standings, 'message.sendAtOnce') ? 0 : conversation.settings.slowModeSeconds);

/** Whole seconds that are left, 0 when it is their turn. The message that had the last turn keeps it. */
export const waitSeconds = (last: Turn | undefined, clientMessageId: string, seconds: number, now: Date): number =>
  last === undefined || last.clientMessageId === clientMessageId
    ? 0
    : Math.max(0, Math.ceil((last.postedAt - now.getTime()) / 1_000 + seconds));
