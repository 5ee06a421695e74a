/** A client that comes back asks for what it missed, page after page. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { SyncPage } from '../../shared/protocol/sync.ts';
import { namedAtOnce, type SyncRequest } from '../../shared/protocol/sync-request.ts';
import type { Device } from './device.ts';
import { insisted } from './fresh-fetch.ts';
import type { Person } from './person.ts';

type Named = SyncRequest['conversations'][number];

/** One page over the socket; undefined where it gave no answer, or no good one. */
const pageOverSocket = async (device: Device, request: SyncRequest): Promise<SyncPage | undefined> => {
  if (device.closed) return undefined;
  const id = randomUUID();
  const before = device.frames.length;
  const answer = () => device.frames.slice(before).find((frame) => frame.id === id || frame.event === undefined);
  device.socket.send(JSON.stringify({ event: 'sync', id, data: request }), () => undefined);
  await device.until(() => device.closed !== undefined || answer() !== undefined, 'a page of a sync');
  const frame = answer();
  return frame?.event === 'sync.page' ? frame.data : undefined;
};

/** Over the socket if that works, and otherwise over HTTP, until there is a page. */
export const pageFor = async (person: Person, device: Device, request: SyncRequest): Promise<SyncPage> => {
  const page =
    (await pageOverSocket(device, request)) ?? (await insisted<SyncPage>(person, 'POST', '/api/sync', request));
  if (!page) throw new Error('There is no sync.');
  return page;
};

/** What is still to be asked for: what was left out, from where one stood, and what has more, from where one stands. */
const leftOpen = (named: readonly Named[], page: SyncPage): Named[] =>
  named.flatMap((one) => {
    const { conversationId } = one;
    if (page.removed.some((lost) => lost.conversationId === conversationId)) return [];
    const synced = page.conversations.find(({ conversation }) => conversation.id === conversationId);
    if (!synced) return [one];
    return synced.hasMore ? [{ conversationId, ...synced.position }] : [];
  });

interface Resync {
  positions: readonly Named[];
  since?: string | undefined;
  ask(request: SyncRequest): Promise<SyncPage>;
  take(page: SyncPage): void;
}

/**
 * Asks until nothing is left, or until what is left is not to be had yet.
 * @returns what is left, and the `since` of the next time
 */
export const resync = async ({ positions, since, ask, take }: Resync): Promise<{ open: Named[]; syncedAt: string }> => {
  let open = [...positions];
  let further: Pick<SyncRequest, 'since' | 'cursor'> = since === undefined ? {} : { since };
  let syncedAt: string | undefined;
  for (;;) {
    const named = open.slice(0, namedAtOnce);
    const others = open.slice(namedAtOnce);
    const page = await ask({ conversations: named, ...further });
    take(page);
    syncedAt ??= page.syncedAt;
    const left = leftOpen(named, page);
    expect(page.hasMore, 'hasMore').toBe(left.length > 0 || page.nextCursor !== null);
    const isOver = others.length === 0 && page.nextCursor === null && JSON.stringify(left) === JSON.stringify(named);
    open = [...others, ...left];
    if (isOver || (open.length === 0 && page.nextCursor === null)) return { open, syncedAt };
    further = page.nextCursor === null ? {} : { cursor: page.nextCursor };
  }
};
