import { expect, it } from 'vitest';
import { aParley, numbers } from './parley.ts';

const parley = aParley();

it('lets its holder in once', async () => {
  const { tickets } = parley.instance;
  const { ticket } = await tickets.issue(parley.caller('ada', { roles: ['admin', 'moderator'] }));

  const { connectionId: _, ...holder } = parley.caller('ada', { roles: ['admin', 'moderator'] });
  expect(await tickets.redeem(ticket)).toEqual(holder);
  expect(await tickets.redeem(ticket)).toBeUndefined();
});

it('lets one in of ten who come with it at once', async () => {
  const { ticket } = await parley.instance.tickets.issue(parley.caller('ada'));
  const holders = await Promise.all(numbers(10).map(() => parley.instance.tickets.redeem(ticket)));
  expect(holders.filter((holder) => holder !== undefined)).toHaveLength(1);
});

it('is good for 30 seconds, and says until when', async () => {
  const { tickets } = parley.instance;
  const [one, other] = [await tickets.issue(parley.caller('ada')), await tickets.issue(parley.caller('ada'))];
  expect(Date.parse(one.expiresAt) - parley.given.clock.now().getTime()).toBe(30_000);

  parley.given.clock.forward({ ms: 29_999 });
  expect(await tickets.redeem(one.ticket)).toBeDefined();
  parley.given.clock.forward({ ms: 1 });
  expect(await tickets.redeem(other.ticket)).toBeUndefined();
});

it('ends with the token that it was bought with', async () => {
  const caller = { ...parley.caller('ada'), expiresAt: Math.floor(parley.given.clock.now().getTime() / 1_000) + 10 };
  const { ticket, expiresAt } = await parley.instance.tickets.issue(caller);
  expect(Date.parse(expiresAt) - parley.given.clock.now().getTime()).toBe(10_000);

  parley.given.clock.forward({ seconds: 10 });
  expect(await parley.instance.tickets.redeem(ticket)).toBeUndefined();
});

it.each(['', 'nonsense', 'x'.repeat(5_000), '\u0000'])('lets nobody in with %j', async (ticket) => {
  expect(await parley.instance.tickets.redeem(ticket)).toBeUndefined();
});

it('is kept as a digest only, and never twice the same', async () => {
  const seen: string[] = [];
  const watched = parley.through(({ input }, pass) => {
    seen.push(JSON.stringify(input));
    return pass();
  });
  const issued = [await watched.tickets.issue(parley.caller('ada')), await watched.tickets.issue(parley.caller('ada'))];

  expect(new Set(issued.map((one) => one.ticket)).size).toBe(2);
  for (const { ticket } of issued) expect(seen.join()).not.toContain(ticket);
});
