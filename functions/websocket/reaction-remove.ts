/** `reaction.remove`: a member takes back a reaction of theirs. Safe to repeat. Contract: docs/reference/websocket.md#reactionremove */
import { reactionRemove } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const unreactByFrame = ({ reactions }: Pick<CommandDeps, 'reactions'>) =>
  onCommand(reactionRemove, async ({ data, caller }) => ({
    event: 'reaction.removed',
    data: await reactions.remove(caller, data, data.emoji),
  }));

export const handler = live(unreactByFrame);
