import { describe, expect, it } from 'vitest';
import { aLobbyOf, takesANumber } from './lobby.ts';
import { aParley, draftOf, numbers } from './parley.ts';

const parley = aParley();

const seqs = ({ items }: { items: { seq: number }[] }) => items.map((one) => one.seq);
const shown = (messages: { seq: number; status: string }[]) => messages.map(({ seq, status }) => `${seq} ${status}`);

describe('a hole', () => {
  it('is left alone while its sender may still come', async () => {
    const lobby = await aLobbyOf(1, parley);
    await takesANumber(lobby, parley);
    await parley.says('ada', lobby, 'three');
    parley.given.clock.forward({ ms: 4_999 });

    expect(seqs(await parley.instance.read(parley.caller('ada'), lobby))).toEqual([3, 1]);
  });

  it('is closed by whoever reads over it five seconds later', async () => {
    const lobby = await aLobbyOf(1, parley);
    await takesANumber(lobby, parley);
    await parley.says('ada', lobby, 'three');
    parley.given.clock.forward({ seconds: 5 });

    const page = await parley.instance.read(parley.caller('ada'), lobby);
    expect(shown(page.items)).toEqual(['3 sent', '2 void', '1 sent']);
    expect(await parley.instance.read(parley.caller('ada'), lobby)).toEqual(page);
  });

  it('at the very beginning is closed too, also when nothing else was ever said', async () => {
    const lobby = await parley.aGroup();
    await takesANumber(lobby, parley);
    parley.given.clock.forward({ seconds: 5 });

    expect(shown((await parley.instance.read(parley.caller('ada'), lobby)).items)).toEqual(['1 void']);
    expect(await parley.stateOf(lobby)).toMatchObject({ seq: 1, lastMessage: null });
  });

  it('as the newest number is closed, and the conversation shows its newest message again', async () => {
    const lobby = await aLobbyOf(2, parley);
    await takesANumber(lobby, parley);
    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({ seq: 3, content: 'lost' });
    parley.given.clock.forward({ seconds: 5 });

    await parley.instance.read(parley.caller('ada'), lobby);

    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({
      seq: 2,
      messageId: `${lobby}.2`,
      content: 'message 2',
    });
  });

  it('as the newest number leaves no wrong preview behind when its closer dies half way', async () => {
    const lobby = await aLobbyOf(1, parley);
    await takesANumber(lobby, parley);
    parley.given.clock.forward({ seconds: 5 });
    const dying = parley.through(async ({ name }, pass) => {
      const answer = await pass();
      if (name === 'PutItem') throw new Error('dead');
      return answer;
    });
    await expect(dying.read(parley.caller('ada'), lobby)).rejects.toThrow('dead');

    await parley.instance.read(parley.caller('ada'), lobby);

    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({ seq: 1, content: 'message 1' });
  });

  it('closed as the newest does not hide what was said meanwhile', async () => {
    const lobby = await aLobbyOf(1, parley);
    await takesANumber(lobby, parley);
    parley.given.clock.forward({ seconds: 5 });
    const reader = parley.through(async ({ name }, pass) => {
      if (name === 'UpdateItem') await parley.says('ada', lobby, 'three');
      return pass();
    });
    await reader.read(parley.caller('ada'), lobby);

    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({ seq: 3, content: 'three' });
  });

  it('that its sender fills at the last moment is shown as the message', async () => {
    const lobby = await aLobbyOf(1, parley);
    let filled = false;
    const reader = parley.through(async ({ name }, pass) => {
      if (name === 'PutItem' && !filled) {
        filled = true;
        const place = await parley.placeOf('ada', lobby);
        await parley.instance.sends.append(place, draftOf('just in time'), { earlier: 2 });
      }
      return pass();
    });
    await takesANumber(lobby, parley);
    parley.given.clock.forward({ seconds: 5 });

    expect((await reader.read(parley.caller('ada'), lobby)).items[0]?.content).toBe('just in time');
  });

  it('is closed once by many readers at once', async () => {
    const lobby = await aLobbyOf(1, parley);
    await takesANumber(lobby, parley);
    await takesANumber(lobby, parley);
    await parley.says('ada', lobby, 'four');
    parley.given.clock.forward({ seconds: 5 });

    const pages = await Promise.all(numbers(5).map(() => parley.instance.read(parley.caller('ada'), lobby)));
    for (const page of pages) expect(page).toEqual(pages[0]);
    expect(pages[0]?.items.map((one) => one.seq)).toEqual([4, 3, 2, 1]);
  });

  it('at the edge of a page is closed by the walk, even while the conversation is busy', async () => {
    const lobby = await aLobbyOf(2, parley);
    await takesANumber(lobby, parley);
    for (const n of [4, 5]) await parley.says('ada', lobby, `message ${n}`);
    parley.given.clock.forward({ seconds: 5 });
    await parley.says('ada', lobby, 'just now');

    const history = await parley.historyOf('ada', lobby, 3);
    expect(history.map((one) => one.seq)).toEqual(numbers(6));
  });

  it.each([{}, { after: 0 }])('is closed by a walk, however many there are (%o)', async (start) => {
    const lobby = await aLobbyOf(1, parley);
    for (const _ of numbers(12)) await takesANumber(lobby, parley);
    parley.given.clock.forward({ seconds: 5 });

    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await parley.instance.read(parley.caller('ada'), lobby, {
        limit: 4,
        ...(cursor ? { cursor } : start),
      });
      seen.push(...seqs(page));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen.toSorted((a, b) => a - b)).toEqual(numbers(13));
  });
});
