import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Command, commands } from '../../shared/protocol/commands.ts';
import {
  type Cast,
  castOf,
  foreigners,
  insiders,
  type Stage,
  type Standing,
  secrets,
  stageOf,
} from '../support/cast.ts';
import { Device } from '../support/device.ts';
import { forgedTokens } from '../support/forged-tokens.ts';
import { contentsOf } from '../support/room.ts';
import { aWorld } from '../support/world.ts';
import { commandTable } from './permission-table.ts';

const world = aWorld();
const standings: readonly Standing[] = [...insiders, ...foreigners];

const expectationOf = (command: Pick<Command, 'name'>) => {
  const expectation = commandTable[command.name];
  if (!expectation) throw new Error(`${command.name} has no row in permission-table.ts: say who may send it.`);
  return expectation;
};

const dataOf = (command: Pick<Command, 'name'>, conversationId: string, messageId: string) => {
  const { data } = expectationOf(command);
  if (command.name === 'sync' || command.name === 'presence.heartbeat') return data;
  return /^(message\.(edit|delete)|reaction\.)/.test(command.name)
    ? { ...data, messageId }
    : { ...data, conversationId };
};
const onStage = (command: Pick<Command, 'name'>, { group, message }: Stage) => dataOf(command, group.id, message.id);
const nowhere = (command: Pick<Command, 'name'>) => {
  const conversationId = `g-${randomBytes(16).toString('base64url')}`;
  return dataOf(command, conversationId, `${conversationId}.1`);
};

const devicesOf = async (cast: Cast, some: readonly Standing[]): Promise<[Standing, Device][]> =>
  Promise.all(some.map(async (standing) => [standing, await cast[standing].connects()] as [Standing, Device]));

it('has a row for each command, and for nothing else', () => {
  for (const command of commands) expectationOf(command);
  expect(Object.keys(commandTable).sort()).toEqual(commands.map((one) => one.name).sort());
});

describe.each(commands)('$name', (command) => {
  const { who } = expectationOf(command);

  it('does what it should for those who may', async () => {
    const cast = await castOf(world, command.name);
    const devices = await devicesOf(
      cast,
      standings.filter((one) => who[one] === 'ok'),
    );
    const shared = await stageOf(cast);
    for (const [, device] of devices) {
      // What is deleted is gone for the next.
      const stage = command.name === 'message.delete' ? await stageOf(cast) : shared;
      await device.does(command.name, onStage(command, stage), command.answer);
    }
  });

  if (standings.every((one) => who[one] === 'ok')) return;

  it('refuses all others alike, whether what they ask for exists or not, and tells them nothing', async () => {
    const cast = await castOf(world, command.name);
    const devices = await devicesOf(
      cast,
      standings.filter((one) => who[one] !== 'ok'),
    );
    const stage = await stageOf(cast);
    for (const [standing, device] of devices) {
      const hidden = await device.isRefused(command.name, onStage(command, stage));
      expect(hidden, standing).toMatchObject({ code: who[standing] });
      const absent = await device.isRefused(command.name, nowhere(command));
      if (who[standing] === 'not_found') expect(hidden, standing).toEqual(absent);
    }
    await world.cloud.settled();
    expect(await contentsOf(cast.owner, stage.group)).toEqual(['Top secret content']);
    for (const [standing, device] of devices.filter(([one]) => who[one] === 'not_found')) {
      for (const secret of secrets) expect(JSON.stringify(device.frames), standing).not.toContain(secret);
      expect(
        device.frames.every((frame) => frame.event === 'error'),
        standing,
      ).toBe(true);
    }
  });
});

describe('connecting', () => {
  it('wants a token or a ticket', async () => {
    const opens = (query: string) => Device.open(`${world.cloud.webSocketUrl}${query}`);
    for (const query of ['', '?token=', '?ticket=', '?ticket=nonsense', '?Token=x']) {
      await expect(opens(query), query).rejects.toThrow('refused 401');
    }
  });

  it('refuses every token that is not good', async () => {
    const opens = (token: string) => Device.open(`${world.cloud.webSocketUrl}?${new URLSearchParams({ token })}`);
    for (const [kind, token] of Object.entries(await forgedTokens(world.cloud))) {
      await expect(opens(token), `a token ${kind}`).rejects.toThrow('refused 401');
    }
    await expect(opens(await world.cloud.issueToken({ user: 'ada', expiresInSeconds: -60 }))).rejects.toThrow(
      'refused 401',
    );
  });

  it('lets a good token not make up for a bad ticket', async () => {
    const ada = await world.person('ada');
    await expect(ada.connects({ ticket: 'nonsense', token: ada.token })).rejects.toThrow('refused 401');
  });
});
