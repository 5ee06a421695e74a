/** What a push and a digest say to one user. */
import type { Preview } from '../protocol/message.ts';
import { unreadIn, wordsIn } from './notification-words.ts';

/** What a tenant decides about notifications. */
export interface TenantNotifications {
  /** Whether they quote what was said. */
  showText: boolean;
  /** Where they lead, `{conversationId}` and `{seq}` in it; null: nowhere. */
  linkTemplate: string | null;
  /** What users know the product as. */
  appName: string;
}

export interface PushText {
  title: string;
  body: string;
}

export interface Said {
  isDirect: boolean;
  /** Of a group. */
  title: string | null;
  senderName: string | null;
  /** The beginning of it. */
  text: string | null;
  mentionsThem: boolean;
}

/** `Ada` over `Hello!`; in a group its title over `Ada: Hello!`. */
export const pushText = (
  { isDirect, title, senderName, text, mentionsThem }: Said,
  { locale, showText }: { locale: string | null; showText: boolean },
): PushText => {
  const { words } = wordsIn(locale);
  const name = senderName ?? words.somebody;
  const quoted = showText && text !== null ? text : undefined;
  if (isDirect) return { title: name, body: quoted ?? words.newMessage };
  const said = mentionsThem ? words.mention(name) : quoted === undefined ? words.newMessageFrom(name) : name;
  return { title: title ?? words.group, body: quoted === undefined ? said : `${said}: ${quoted}` };
};

export const linkOf = (template: string | null, place: { conversationId: string; seq: number }): string | null =>
  template === null
    ? null
    : template.replaceAll('{conversationId}', place.conversationId).replaceAll('{seq}', String(place.seq));

/** One conversation of a digest. */
export interface UnreadConversation {
  conversationId: string;
  /** Of a group; of a direct one, the name of the other. */
  title: string | null;
  isDirect: boolean;
  unreadCount: number;
  newest: Pick<Preview, 'seq' | 'content'>;
  senderName: string | null;
}

export interface DigestText {
  language: string;
  subject: string;
  conversations: { title: string; unread: string; quote: string | null; link: string | null }[];
  open: string;
  whyThis: string;
}

export const digestText = (
  conversations: readonly UnreadConversation[],
  { locale, showText, linkTemplate, appName }: TenantNotifications & { locale: string | null },
): DigestText => {
  const { language, words } = wordsIn(locale);
  const total = conversations.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  return {
    language,
    subject: words.subject(unreadIn(locale, total), appName),
    conversations: conversations.map(({ conversationId, title, isDirect, unreadCount, newest, senderName }) => ({
      title: title ?? (isDirect ? words.somebody : words.group),
      unread: unreadIn(locale, unreadCount),
      quote: quoteOf(newest.content, isDirect ? null : (senderName ?? words.somebody), showText),
      link: linkOf(linkTemplate, { conversationId, seq: newest.seq }),
    })),
    open: words.open,
    whyThis: words.whyThis(appName),
  };
};

const quoteOf = (content: string | null, name: string | null, showText: boolean): string | null => {
  if (!showText || content === null) return null;
  return name === null ? content : `${name}: ${content}`;
};
