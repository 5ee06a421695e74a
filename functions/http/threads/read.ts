/** A member has read a thread, up to a number or altogether. Safe to repeat: a watermark only rises. */
import { threadsRead } from '../../../shared/protocol/routes/threads.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const readThread = ({ threads }: Pick<Deps, 'threads'>) =>
  onRequest(threadsRead, async ({ params, body, caller }) =>
    threads.raiseRead(await threads.enter(caller, params.messageId, params.conversationId), body.seq),
  );

export const handler = live(readThread);
