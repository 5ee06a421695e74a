import { expect, it } from 'vitest';
import { createPosting } from '../../../shared/runtime/delivery.ts';
import type { PresenceTask } from '../../../shared/runtime/presence-queue.ts';
import { createPresenceTelling } from '../../../shared/runtime/presence-telling.ts';
import { aParley } from '../data/parley.ts';
import { aGateway } from './gateway.ts';

const parley = aParley();

/** Bob, of whom Ada is told, and what the worker leaves to later. */
const given = async () => {
  const { tenant, clock } = parley.given;
  await parley.aGroup(['ada', 'bob']);
  await parley.instance.presence.add(parley.caller('ada'), 'a1');
  await parley.instance.presence.add(parley.caller('bob'), 'b1');
  const gateway = aGateway();
  const later: { task: PresenceTask; delayMs: number }[] = [];
  const tellingOver = (instance: typeof parley.instance) =>
    createPresenceTelling({
      ...instance,
      posting: createPosting({ ...instance, connections: gateway.connections, clock }),
      queue: { add: async (task, delayMs) => void later.push({ task, delayMs }) },
      settings: { lives: { online: 30_000, away: 600_000 }, pauseMs: 5_000 },
      clock,
    });
  /** Bob comes with one more device between each look and what follows from it. */
  const restless = parley.through(async ({ name, input }, pass) => {
    const answer = await pass();
    if (name === 'BatchGetItem' && JSON.stringify(input).includes('HEARTBEAT')) {
      clock.forward({ ms: 1 });
      await parley.instance.presence.add(parley.caller('bob'), `b-${clock.now().getTime()}`);
    }
    return answer;
  });
  return { tenant, gateway, later, settled: tellingOver(parley.instance), unsettled: tellingOver(restless) };
};

it('leaves somebody who changes with every look to another one a moment later, which tells', async () => {
  const { tenant, gateway, later, settled, unsettled } = await given();

  await unsettled.look({ tenant, user: 'bob', isRetried: false });

  expect(gateway.heardBy('a1')).toEqual([]);
  expect(later.filter(({ task }) => task.kind === 'look')).toEqual([
    { task: { kind: 'look', tenant, user: 'bob', changedAt: '' }, delayMs: 1_000 },
  ]);
  await settled.look({ tenant, user: 'bob', isRetried: false, changedAt: '' });
  expect(gateway.heardBy('a1')).toMatchObject([
    { event: 'presence.update', data: { userId: 'bob', status: 'online' } },
  ]);
});

it('fails where an earlier attempt may have died before it told', async () => {
  const { tenant, unsettled } = await given();
  await expect(unsettled.look({ tenant, user: 'bob', isRetried: true })).rejects.toThrow('changed with every look');
});
