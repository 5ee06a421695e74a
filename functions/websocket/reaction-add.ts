/** `reaction.add`: a member reacts to a message. Safe to repeat. Contract: docs/reference/websocket.md#reactionadd */
import { reactionAdd } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const reactByFrame = ({ reactions }: Pick<CommandDeps, 'reactions'>) =>
  onCommand(reactionAdd, async ({ data, caller }) => ({
    event: 'reaction.added',
    data: await reactions.add(caller, data, data.emoji),
  }));

export const handler = live(reactByFrame);
