/** `sync`: a client that was away asks for what it missed. Contract: docs/reference/websocket.md#sync */
import { sync as command } from '../../shared/protocol/commands.ts';
import { live, type SyncDeps } from '../../shared/runtime/sync-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const syncByFrame = ({ sync }: Pick<SyncDeps, 'sync'>) =>
  onCommand(command, async ({ data, caller }) => ({ event: 'sync.page', data: await sync.page(caller, data) }));

export const handler = live(syncByFrame);
