/**
 * `presence.heartbeat`: a connection is there still. Contract: docs/reference/websocket.md#presenceheartbeat
 * One write; a second one where somebody has to look: the status is another, or the connection had counted as offline.
 */
import { countsUntil } from '../../shared/domain/presence.ts';
import { presenceHeartbeat } from '../../shared/protocol/commands.ts';
import { type CommandDeps, live } from '../../shared/runtime/command-deps.ts';
import { onCommand } from '../../shared/runtime/websocket.ts';

export const heartbeat = ({
  heartbeats,
  presence,
  settings,
  clock,
}: Pick<CommandDeps, 'heartbeats' | 'presence' | 'settings' | 'clock'>) =>
  onCommand(presenceHeartbeat, async ({ data: { status }, caller, connection }) => {
    const { lives } = settings.PRESENCE_SETTINGS;
    const before = (await heartbeats.note(caller, connection.id, status)) ?? {
      at: connection.openedAt,
      status: 'online',
    };
    const now = clock.now();
    const hadLapsed = countsUntil(before, lives) <= now.getTime();
    if (hadLapsed || before.status !== status) await presence.stir(caller, connection.id);
    const expiresAt = new Date(countsUntil({ at: now.toISOString(), status }, lives)).toISOString();
    return { event: 'presence.noted', data: { status, expiresAt } };
  });

export const handler = live(heartbeat);
