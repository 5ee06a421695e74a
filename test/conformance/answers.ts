import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { Mistake } from '../../infra/mistake.ts';
import { remoteCloud, type Target } from '../support/target.ts';

const patienceMs = 90_000;

/**
 * Resolves once both doors of what was deployed let somebody in, so that no story waits for functions that are started for the first time.
 * @throws Mistake with what they said last
 */
export const answers = async (target: Target): Promise<void> => {
  const cloud = await remoteCloud(target, async () => undefined);
  const token = await cloud.issueToken({ user: 'first', tenant: 'tenant-first' });
  for (const until = Date.now() + patienceMs; ; await pause(500)) {
    try {
      const { status } = await fetch(`${cloud.apiUrl}/me`, { headers: { authorization: `Bearer ${token}` } });
      if (status !== 200) throw new Error(`GET /api/me answered ${status}.`);
      const socket = new WebSocket(`${cloud.webSocketUrl}?${new URLSearchParams({ token })}`);
      await once(socket, 'open');
      socket.close();
      return;
    } catch (error) {
      if (Date.now() < until) continue;
      throw new Mistake(`What was deployed does not answer. ${(error as Error).message}`);
    }
  }
};
