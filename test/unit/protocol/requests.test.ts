import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { messageDelete, messageEdit, messageSend } from '../../../shared/protocol/commands.ts';
import {
  conversationCreate,
  conversationPatch,
  memberPatch,
  membersAdd,
} from '../../../shared/protocol/conversation.ts';
import { deviceRegistration } from '../../../shared/protocol/device.ts';
import { pageQuery } from '../../../shared/protocol/lists.ts';
import { draft, edit } from '../../../shared/protocol/message.ts';
import {
  conversationNotificationsPut,
  notificationPreferencesPut,
} from '../../../shared/protocol/notification-preferences.ts';
import { messagesList } from '../../../shared/protocol/routes/messages.ts';
import { usersSync } from '../../../shared/protocol/routes/users.ts';
import { preferencesPatch } from '../../../shared/protocol/user.ts';

const conversationId = 'g-5TxSCA9jRrmBc3sYsmpfjg';
const messageId = `${conversationId}.1`;
const fits = (schema: z.ZodType | undefined, value: unknown) => schema?.safeParse(value).success;

const keys = { p256dh: 'B'.repeat(87), auth: 'a'.repeat(22) };

const bodies: [string, z.ZodType | undefined, Record<string, unknown>][] = [
  ['message.send', messageSend.data, { conversationId, clientMessageId: 'c1', content: 'x' }],
  ['message.edit', messageEdit.data, { messageId, content: 'x' }],
  ['message.delete', messageDelete.data, { messageId }],
  ['a draft', draft, { clientMessageId: 'c1', content: 'x' }],
  ['an edit', edit, { content: 'x' }],
  ['a conversation to be', conversationCreate, { type: 'group', memberIds: [] }],
  ['a change of a conversation', conversationPatch, { title: 'x' }],
  ['members to be', membersAdd, { memberIds: ['ada'] }],
  ['a change of a member', memberPatch, { role: 'admin' }],
  ['preferences', preferencesPatch, { preferences: { locale: 'de' } }],
  ['a user', usersSync.body, { id: 'ada' }],
  ['users', usersSync.body, { users: [{ id: 'ada' }] }],
  ['a phone', deviceRegistration, { platform: 'fcm', token: 'a-phone-of-nobody' }],
  [
    'a browser',
    deviceRegistration,
    { platform: 'web', subscription: { endpoint: 'https://push.example.com/1', keys } },
  ],
  ['notification preferences', notificationPreferencesPut, { email: false }],
  [
    'quiet hours',
    notificationPreferencesPut,
    { quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' } },
  ],
  ['what one is told of', conversationNotificationsPut, { notifications: null }],
  ['a page', pageQuery, { limit: '10' }],
];

it.each(bodies)('%s takes what it needs and nothing that it does not know', (_, schema, value) => {
  expect(fits(schema, value)).toBe(true);
  expect(fits(schema, { ...value, tenant: 'other' })).toBe(false);
  for (const name of Object.keys(value)) expect(fits(schema, { ...value, [name]: Symbol('wrong') })).toBe(false);
});

it.each(bodies)('%s is an object', (_, schema) => {
  for (const value of [null, undefined, [], 'x', 7, true]) expect(fits(schema, value)).toBe(false);
});

describe('a draft', () => {
  it('is plain text without attachments, and no reply, unless it says otherwise', () => {
    expect(draft.parse({ clientMessageId: 'c1', content: 'x' })).toEqual({
      clientMessageId: 'c1',
      content: 'x',
      contentType: 'text/plain',
      attachments: [],
      replyTo: null,
      threadId: null,
      inConversation: false,
    });
  });
});

describe('a change of a conversation', () => {
  it('changes something', () => {
    expect(fits(conversationPatch, {})).toBe(false);
  });

  it('leaves alone what it does not name', () => {
    expect(conversationPatch.parse({ settings: {} })).toEqual({ settings: {} });
    expect(conversationPatch.parse({ title: null })).toEqual({ title: null });
  });
});

describe('a page', () => {
  it('is of 50 unless it says otherwise, and of 100 at most', () => {
    expect(pageQuery.parse({})).toEqual({ limit: 50 });
    expect(pageQuery.parse({ limit: '100' })).toEqual({ limit: 100 });
    for (const limit of ['0', '101', '-1', '1.5', 'ten', '', ' ', 'NaN', 'Infinity']) {
      expect(fits(pageQuery, { limit }), limit).toBe(false);
    }
  });

  it('of messages starts at one place', () => {
    expect(fits(messagesList.query, { before: '5' })).toBe(true);
    expect(fits(messagesList.query, { after: '0' })).toBe(true);
    expect(fits(messagesList.query, { before: '5', after: '2' })).toBe(false);
    expect(fits(messagesList.query, { before: '5', cursor: 'x' })).toBe(false);
    for (const before of ['-1', 'x', '1.5', '1000000000000']) {
      expect(fits(messagesList.query, { before }), JSON.stringify(before)).toBe(false);
    }
  });
});

describe('what the host says of a user', () => {
  const isUser = (more: Record<string, unknown>) => fits(usersSync.body, { id: 'ada', ...more });

  it('has a picture over https only', () => {
    expect(isUser({ avatarUrl: 'https://example.com/a.png' })).toBe(true);
    for (const avatarUrl of [
      'http://example.com/a.png',
      'javascript:alert(1)',
      'data:image/png;base64,',
      '/a.png',
      '',
    ]) {
      expect(isUser({ avatarUrl }), avatarUrl).toBe(false);
    }
  });

  it('has facts of text, numbers that can be kept, true and false', () => {
    expect(isUser({ metadata: { a: 'x', b: 1.5, c: true, d: '' } })).toBe(true);
    for (const fact of [null, {}, [], 1e300, 2 ** 53, 1e-200, 'x\u0000']) {
      expect(isUser({ metadata: { fact } }), String(fact)).toBe(false);
    }
    const facts = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`fact-${i}`, i]));
    expect(isUser({ metadata: facts(20) })).toBe(true);
    expect(isUser({ metadata: facts(21) })).toBe(false);
  });

  it('comes for 100 at once, nobody twice', () => {
    const users = (count: number) => ({ users: Array.from({ length: count }, (_, i) => ({ id: `user-${i}` })) });
    expect(fits(usersSync.body, users(100))).toBe(true);
    expect(fits(usersSync.body, users(101))).toBe(false);
    expect(fits(usersSync.body, users(0))).toBe(false);
    expect(fits(usersSync.body, { users: [{ id: 'ada' }, { id: 'ada' }] })).toBe(false);
  });
});

describe('quiet hours', () => {
  const quiet = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
  const areTaken = (hours: object) => fits(notificationPreferencesPut, { quietHours: { ...quiet, ...hours } });

  it.each(['UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'Asia/Kolkata'])(
    'take the time zone %s',
    (timeZone) => {
      expect(areTaken({ timeZone })).toBe(true);
    },
  );

  it.each(['Mars/Olympus', '+02:00', '', 'Europe/Berlin ', 'x'.repeat(65), '../etc'])(
    'refuse the time zone %j',
    (timeZone) => {
      expect(areTaken({ timeZone })).toBe(false);
    },
  );

  it.each(['24:00', '7:00', '12:60', '', '12:00:00'])('refuse the time %j', (from) => {
    expect(areTaken({ from })).toBe(false);
  });

  it('do not last all day', () => {
    expect(areTaken({ to: '22:00' })).toBe(false);
  });
});

describe('a device', () => {
  it.each(['', 'short', 'with blanks in it', 'x'.repeat(2_049), 'line\nbreak'])('has no token such as %j', (token) => {
    expect(fits(deviceRegistration, { platform: 'apns', token })).toBe(false);
  });

  it.each([{ p256dh: 'short' }, { auth: 'a'.repeat(23) }, { auth: '!'.repeat(22) }, { p256dh: undefined }])(
    'has no keys such as %j',
    (more) => {
      const subscription = { endpoint: 'https://push.example.com/1', keys: { ...keys, ...more } };
      expect(fits(deviceRegistration, { platform: 'web', subscription })).toBe(false);
    },
  );

  it('is of one platform', () => {
    expect(fits(deviceRegistration, { platform: 'pager', token: 'a-phone-of-nobody' })).toBe(false);
    expect(fits(deviceRegistration, { platform: 'web', token: 'a-phone-of-nobody' })).toBe(false);
    expect(fits(deviceRegistration, { platform: 'fcm' })).toBe(false);
  });
});
