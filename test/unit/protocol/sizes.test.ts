import { describe, expect, it } from 'vitest';
import { mentionedBy, namesIn } from '../../../shared/domain/mentions.ts';
import { newMessage } from '../../../shared/domain/message.ts';
import { changeOf, noReactions, type ReactionsState, reactionLimit } from '../../../shared/domain/reactions.ts';
import { attachment, contentLimit, draft, edit, message } from '../../../shared/protocol/message.ts';

/** What API Gateway refuses to post or to answer with. */
const largestFrame = 128 * 1024;

/** The heaviest text of so many characters and bytes: each character takes two bytes more in JSON, and the last takes all that is left. */
const heaviest = (characters: number, bytes: number, character = '"') => {
  const many = character.repeat(characters - 1);
  return `${many}a${'\u0301'.repeat(Math.floor((bytes - many.length - 1) / 2))}`;
};

const conversation = 'g-5TxSCA9jRrmBc3sYsmpfjg';
const heaviestUser = heaviest(128, 512);
const heaviestAttachments = (): { externalFileId: string; label: string }[] => {
  for (let bytes = 1_024; bytes > 0; bytes -= 1) {
    const text = heaviest(Math.min(256, bytes), bytes);
    const all = Array.from({ length: 10 }, () => ({ externalFileId: text, label: text }));
    if (draft.shape.attachments.safeParse(all).success) return all;
  }
  return [];
};

const heaviestMentions = (() => {
  const ids = Array.from({ length: 20 }, (_, i) => `${'"'.repeat(47)}${i}`);
  const names = namesIn({ content: ids.map((id) => `<@${id}>`).join(''), contentType: 'text/plain' });
  return mentionedBy(names, () => true);
})();

describe('the heaviest message that anybody may send', () => {
  it.each(['"', '\\', '\r\n'])('fits one frame, in JSON and with everything around it: %j', (character) => {
    const sent = draft.parse({
      clientMessageId: heaviest(64, 256),
      content: heaviest(contentLimit.characters, contentLimit.bytes, character),
      contentType: 'text/markdown',
      attachments: heaviestAttachments(),
      replyTo: `${conversation}.999999999999`,
      threadId: `${conversation}.999999999999`,
      inConversation: true,
    });
    const now = new Date('2026-11-21T12:00:00.000Z');
    const said = (options?: Parameters<typeof newMessage>[5]) =>
      newMessage(sent, conversation, 999_999_999_999, heaviestUser, now, options);
    const whole = message.parse({
      ...said({ mentions: heaviestMentions, quoted: said() }),
      rev: 999_999_999_999,
      editedAt: now.toISOString(),
    });
    const data = {
      code: 'version_conflict',
      message: 'Changed by somebody else meanwhile',
      current: whole,
    };
    for (const frame of [
      { event: 'message.updated', id: heaviest(64, 1_024), data: whole },
      { event: 'error', id: heaviest(64, 1_024), data },
    ]) {
      expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(largestFrame);
    }
  });
});

describe('the heaviest reactions that a message may have', () => {
  it('fit one frame, in JSON and with everything around them', () => {
    const user = (n: number) => `${'"'.repeat(125)}${String(n).padStart(3, '0')}`;
    const emoji = Array.from({ length: reactionLimit.distinct }, (_, i) => `:${String(i).padStart(32, 'x')}:`);
    const perEmoji = Math.floor((reactionLimit.bytes / reactionLimit.distinct - 34) / 128);
    const users = new Set(Array.from({ length: perEmoji }, (_, i) => user(i)));
    const state: ReactionsState = { ...noReactions, users: new Map(emoji.map((one) => [one, users])) };
    const place = { conversationId: conversation, seq: 999_999_999_999 };

    const data = changeOf(state, { emoji: String(emoji[0]), userId: user(0) }, place);

    expect(data.reactions).toHaveLength(reactionLimit.distinct);
    const frame = { event: 'reaction.removed', id: heaviest(64, 1_024), data };
    expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(largestFrame);
  });
});

describe('attachments', () => {
  const one = { externalFileId: 'file-1', label: 'A file' };

  it('are at most ten', () => {
    expect(draft.shape.attachments.safeParse(Array(10).fill(one)).success).toBe(true);
    expect(draft.shape.attachments.safeParse(Array(11).fill(one)).success).toBe(false);
  });

  it('may each have a label of 256 characters of any script', () => {
    for (const character of ['a', 'é', '漢']) {
      expect(attachment.safeParse({ ...one, label: character.repeat(256) }).success).toBe(true);
      expect(attachment.safeParse({ ...one, label: character.repeat(257) }).success).toBe(false);
    }
    const ten = Array(10).fill({ externalFileId: 'f'.repeat(64), label: '漢'.repeat(256) });
    expect(draft.shape.attachments.safeParse(ten).success).toBe(true);
    expect(edit.safeParse({ content: 'x', attachments: ten }).success).toBe(true);
  });
});
