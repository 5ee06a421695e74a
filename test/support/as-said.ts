import { type Message, message } from '../../shared/protocol/message.ts';

/** The message alone, without what stands beside it. */
export const asSaid = (shown: Message): Message => message.parse(shown);
