/** Whom a message names: `@ada`, or `<@any id>` where an id has other characters. */
import { userId } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import { byteLength } from '../protocol/text.ts';
import { withoutCode } from './markdown-code.ts';

/** So many names of a message are looked at, and so many bytes of JSON may the ids of those who are mentioned take: it has to fit a frame. */
const mostNames = 20;
const mostBytes = 1024;

/** Who may be meant by one name, the likelier first. */
export type Name = readonly string[];

/** Not behind a word, an e-mail address’ name, a path or a backslash, and not before another `@`. */
const written =
  /<@([^<>\r\n]{1,512})>|(?<![\p{L}\p{M}\p{N}_.+\-@/\\])@([\p{L}\p{M}\p{N}_.-]+)(?![\p{L}\p{M}\p{N}_.\-@])/gu;

/** The first 20 names in a content, in its order. In Markdown, none in code: see `withoutCode`. */
export const namesIn = ({ content, contentType }: Pick<Message, 'contentType'> & { content: string }): Name[] => {
  const text = contentType === 'text/markdown' ? withoutCode(content) : content;
  const names = new Map<string, Name>();
  for (const [, exact, plain] of text.matchAll(written)) {
    const name = exact === undefined ? withoutFullStop(plain ?? '') : [exact];
    const possible = name.filter((one) => userId.safeParse(one).success);
    if (possible.length > 0) names.set(possible.join(' '), possible);
    if (names.size === mostNames) break;
  }
  return [...names.values()];
};

/** A full stop ends a sentence, unless somebody is called so. */
const withoutFullStop = (name: string): string[] => {
  const bare = name.replace(/\.+$/, '');
  return bare === name ? [name] : [name, bare];
};

/** Everybody who may be meant. */
export const candidatesOf = (names: readonly Name[]): string[] => [...new Set(names.flat())];

/** Those who are, sorted. */
export const mentionedBy = (names: readonly Name[], isMember: (user: string) => boolean): string[] => {
  const mentioned: string[] = [];
  for (const user of new Set(names.flatMap((name) => name.find(isMember) ?? []))) {
    if (byteLength(JSON.stringify([...mentioned, user])) <= mostBytes) mentioned.push(user);
  }
  return mentioned.sort();
};

/** Whether a message, as it is now, asks for somebody’s attention. One’s own does not. */
export const asksFor = (
  message: Pick<Message, 'mentions' | 'senderId' | 'status'> | undefined,
  user: string,
): boolean => message?.status === 'sent' && message.senderId !== user && message.mentions.includes(user);

/** Whose mention one state of a message adds to, or takes from, another. */
export const mentionChanges = (
  before: Pick<Message, 'mentions'> | undefined,
  after: Pick<Message, 'mentions'>,
): string[] => [...new Set(before?.mentions).symmetricDifference(new Set(after.mentions))].sort();
