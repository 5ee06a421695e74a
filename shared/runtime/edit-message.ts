import type { Messages } from '../data/messages.ts';
import type { Place } from '../data/places.ts';
import type { Caller } from '../domain/caller.ts';
import type { Edit, Message } from '../protocol/message.ts';
import type { BeforeSend } from './before-send.ts';

/** An edit, by frame or by HTTP, as the tenant's hook wants it. Safe to repeat. */
export const createEditMessage = ({ messages, beforeSend }: { messages: Messages; beforeSend: BeforeSend }) => {
  const screen = async (place: Place, { id, content, ...next }: Message): Promise<Edit> => {
    const draft = { ...next, content: content ?? '' };
    const wanted = await beforeSend.ask(place, { event: 'message.edit', messageId: id, draft });
    return { content: wanted.content, contentType: wanted.contentType, attachments: wanted.attachments };
  };

  return (caller: Caller, messageId: string, edit: Edit, conversationId?: string): Promise<Message> =>
    messages.edit(caller, messageId, edit, {
      conversationId,
      screen: beforeSend.isAskedOf(caller) ? screen : undefined,
    });
};
export type EditMessage = ReturnType<typeof createEditMessage>;
