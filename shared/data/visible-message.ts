import { isVisible, type Viewpoint } from '../domain/visibility.ts';
import { Problem } from '../protocol/errors.ts';
import type { Message } from '../protocol/message.ts';
import { keptFrom, messageFrom } from './items.ts';
import type { Item } from './table.ts';

/** @returns undefined where there is none for them: never was, not any more, not theirs to see, or a void */
export const messageSeenBy = (viewpoint: Viewpoint, item: Item | undefined, now: Date): Message | undefined => {
  if (!item || !isVisible(viewpoint, keptFrom(item), now)) return undefined;
  const message = messageFrom(item);
  return message.status === 'void' ? undefined : message;
};

/** @throws Problem `not_found` where there is none for them */
export const requireMessage = (viewpoint: Viewpoint, item: Item | undefined, now: Date): Message => {
  const message = messageSeenBy(viewpoint, item, now);
  if (!message) throw new Problem('not_found');
  return message;
};
