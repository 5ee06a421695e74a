/** Groups with something in them, for tests of what is read of them. */
import { expect } from 'vitest';
import { type aParley, draftOf, numbers } from './parley.ts';

type Parley = ReturnType<typeof aParley>;

/** A send that takes a number and dies. */
export const takesANumber = async (lobby: string, chat: Parley) => {
  let count = 0;
  const dying = chat.through(async (_, pass) => {
    count += 1;
    if (count > 2) throw new Error('dead');
    return pass();
  });
  await expect(dying.send(chat.caller('ada'), lobby, draftOf('lost'))).rejects.toThrow('dead');
};

/** @returns the id of a group with so many messages */
export const aLobbyOf = async (count: number, chat: Parley) => {
  const lobby = await chat.aGroup();
  for (const n of numbers(count)) await chat.says('ada', lobby, `message ${n}`);
  return lobby;
};
