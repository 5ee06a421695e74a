import { describe, expect, it } from 'vitest';
import { fitting, largestDetail } from '../../../shared/domain/domain-events.ts';
import { newMessage } from '../../../shared/domain/message.ts';
import { batchesOf, batchLimits } from '../../../shared/runtime/bus-batches.ts';

const entry = (Detail: string) => ({ Source: 'parley', DetailType: 'message.created', Detail, Time: new Date() });
const sizes = (details: readonly string[]) => batchesOf(details.map(entry)).map(({ length }) => length);

describe('batches for the bus', () => {
  it('are as many entries as it takes at once, in order', () => {
    const details = Array.from({ length: 23 }, (_, i) => String(i));
    expect(sizes(details)).toEqual([10, 10, 3]);
    expect(
      batchesOf(details.map(entry))
        .flat()
        .map(({ Detail }) => Detail),
    ).toEqual(details);
  });

  it('are as many bytes as it takes at once: the limit is for all entries together', () => {
    expect(sizes(Array(6).fill('x'.repeat(100 * 1024)))).toEqual([2, 2, 2]);
    expect(sizes(['x', 'x'.repeat(batchLimits.bytes), 'x'])).toEqual([1, 1, 1]);
  });

  it('count bytes, and not characters', () => {
    expect(sizes(Array(4).fill('€'.repeat(42 * 1024)))).toEqual([1, 1, 1, 1]);
  });

  it('are none for nothing', () => {
    expect(batchesOf([])).toEqual([]);
  });
});

describe('an event that the bus would not take', () => {
  const draft = {
    ...{ clientMessageId: 'c1', contentType: 'text/plain' as const, attachments: [] },
    ...{ replyTo: null, threadId: null, inConversation: false },
  };
  const told = (bytes: number) => {
    const message = newMessage({ ...draft, content: 'x'.repeat(bytes) }, 'g-0', 7, 'ada', new Date(0));
    const about = { id: 'evt_1', version: 1, tenantId: 'acme', occurredAt: message.createdAt, actor: 'ada' } as const;
    return { type: 'message.created', detail: { ...about, conversationId: 'g-0', data: { message } } } as const;
  };

  it('tells where to fetch the message, and all else as ever', () => {
    const event = told(largestDetail);
    const { data: _, ...rest } = event.detail;
    expect(fitting(event)).toEqual({
      type: 'message.created',
      detail: { ...rest, reference: { href: '/api/messages/g-0.7' } },
    });
  });

  it('is none of those that messages make: the longest goes as it is', () => {
    const longest = told(128 * 1024);
    expect(fitting(longest)).toBe(longest);
  });

  it('goes into a batch once it is a reference', () => {
    const entries = [told(largestDetail), told(300 * 1024)].map((one) => entry(JSON.stringify(fitting(one).detail)));
    expect(batchesOf(entries)).toHaveLength(1);
  });
});
