import { describe, expect, it } from 'vitest';
import { mailOf } from '../../../shared/domain/digest-mail.ts';
import { digestText, linkOf, pushText } from '../../../shared/domain/notification-texts.ts';
import { unreadIn, words } from '../../../shared/domain/notification-words.ts';

const said = { isDirect: false, title: 'Lobby', senderName: 'Ada', text: 'Hello!', mentionsThem: false };
const push = (more: object, reader: { locale?: string | null; showText?: boolean } = {}) =>
  pushText({ ...said, ...more }, { locale: null, showText: true, ...reader });

describe('a push', () => {
  it.each([
    [{}, { title: 'Lobby', body: 'Ada: Hello!' }],
    [{ isDirect: true }, { title: 'Ada', body: 'Hello!' }],
    [{ mentionsThem: true }, { title: 'Lobby', body: 'Ada mentioned you: Hello!' }],
    [
      { title: null, senderName: null },
      { title: 'Group', body: 'Somebody: Hello!' },
    ],
  ])('says of %j', (more, expected) => {
    expect(push(more)).toEqual(expected);
  });

  it('quotes nothing where the tenant forbids it', () => {
    const hidden = { showText: false };
    expect(push({}, hidden)).toEqual({ title: 'Lobby', body: 'New message from Ada' });
    expect(push({ isDirect: true }, hidden)).toEqual({ title: 'Ada', body: 'New message' });
    expect(push({ mentionsThem: true }, hidden)).toEqual({ title: 'Lobby', body: 'Ada mentioned you' });
  });

  it.each([
    ['de', 'Neue Nachricht'],
    ['de-AT', 'Neue Nachricht'],
    ['FR-ca', 'Nouveau message'],
    ['es', 'Mensaje nuevo'],
    ['it', 'Nuovo messaggio'],
    ['en-GB', 'New message'],
    ['tlh', 'New message'],
    ['constructor', 'New message'],
    [null, 'New message'],
  ])('speaks %s', (locale, expected) => {
    expect(push({ isDirect: true }, { locale, showText: false }).body).toBe(expected);
  });
});

it('every language has every word', () => {
  const names = Object.keys(words.en ?? {});
  for (const [language, own] of Object.entries(words)) expect(Object.keys(own), language).toEqual(names);
});

it.each([
  ['en', 1, '1 unread message'],
  ['en', 0, '0 unread messages'],
  ['fr', 0, '0 message non lu'],
  ['de', 2, '2 ungelesene Nachrichten'],
])('in %s, %i are %s', (locale, count, expected) => {
  expect(unreadIn(locale, count)).toBe(expected);
});

it('a link leads to the message', () => {
  const place = { conversationId: 'g-1', seq: 7 };
  expect(linkOf('https://chat.test/c/{conversationId}/m/{seq}', place)).toBe('https://chat.test/c/g-1/m/7');
  expect(linkOf(null, place)).toBeNull();
});

describe('a digest', () => {
  const tenant = { showText: true, linkTemplate: 'https://chat.test/?a=1&c={conversationId}', appName: 'A & B' };
  const lobby = {
    conversationId: 'g-1',
    title: '<Lobby>',
    isDirect: false,
    unreadCount: 2,
    newest: { seq: 7, content: '"><script>alert(1)</script>\nsecond line' },
    senderName: 'Ada',
  };
  const direct = { ...lobby, conversationId: 'd-1', title: null, isDirect: true, unreadCount: 1 };

  it('counts everything, and says what is newest in each conversation', () => {
    const text = digestText([lobby, direct], { ...tenant, locale: 'en' });
    expect(text.subject).toBe('3 unread messages in A & B');
    expect(text.conversations.map(({ title, unread }) => [title, unread])).toEqual([
      ['<Lobby>', '2 unread messages'],
      ['Somebody', '1 unread message'],
    ]);
  });

  it('is text in HTML too, whatever users wrote', () => {
    const { html, text } = mailOf(digestText([lobby], { ...tenant, locale: 'de' }));
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;Lobby&gt;');
    expect(html).toContain('href="https://chat.test/?a=1&amp;c=g-1"');
    expect(html).toContain('lang="de"');
    expect(text).toContain('<Lobby> (2 ungelesene Nachrichten)\n  Ada: "><script>alert(1)</script>\n  second line');
  });

  it('quotes nothing where the tenant forbids it', () => {
    const mail = mailOf(digestText([lobby], { ...tenant, showText: false, linkTemplate: null, locale: null }));
    expect(mail.html + mail.text).not.toContain('second line');
  });
});
