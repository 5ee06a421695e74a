/** `reaction.remove`: a member takes back a reaction of theirs. Safe to repeat. Contract: docs/reference/websocket.md#reactionremove */
import { reactionRemove } from '../../shared/protocol/commands.ts';
import { live, type SocketDeps } from '../../shared/runtime/socket-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const unreactByFrame = ({ reactions }: Pick<SocketDeps, 'reactions'>) =>
  onCommand(reactionRemove, async ({ data, caller }) => ({
    event: 'reaction.removed',
    data: await reactions.remove(caller, data, data.emoji),
  }));

export const handler = live(unreactByFrame);
