/** What every way of pushing has in common. */
import type { PushText } from '../domain/notification-texts.ts';

/** What a device shows, and what its app needs to go there. */
export interface Push extends PushText {
  conversationId: string;
  messageId: string;
  seq: number;
  link: string | null;
  /** Unread messages in total, of the conversations that are counted. */
  badge: number;
}

/** `gone`: nobody is there any more; `failed`: not with this message; `again`: perhaps later. */
export type Fate = 'sent' | 'gone' | 'failed' | 'again';

/** Beyond it, whoever was without a network has the digest and the inbox. */
export const lifeSeconds = 86_400;
