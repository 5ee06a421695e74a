import type { ServerFrame } from '../../shared/protocol/events.ts';
import type { ClientState, Fetched } from './client-state.ts';
import type { Device } from './device.ts';
import { fetchConversation } from './fresh-fetch.ts';
import type { Person } from './person.ts';

/** The large rooms that a device listens to. As a client does it: it subscribes once, and then looks what it missed until then. */
export const createListening = (person: Person, device: Device) => {
  const subscribed = new Set<string>();

  const subscribe = async (conversationId: string): Promise<void> => {
    const answer = await device.asks('subscribe', { conversationId });
    if (answer.event === 'subscribed') subscribed.add(conversationId);
  };

  return {
    /** @returns the conversation with nothing missing that will not be told; undefined once it may no longer be seen */
    to: async (fetched: Fetched): Promise<Fetched | undefined> => {
      const { id, live, role } = fetched.own;
      if (live === 'all' || role === null || subscribed.has(id)) return fetched;
      await subscribe(id);
      return fetchConversation(person, id);
    },

    /** On a new connection: to every large room that it knows, before it asks for what it missed. */
    again: async ({ conversations }: ClientState): Promise<void> => {
      const large = Object.values(conversations).filter(({ about }) => about.live === 'subscribed');
      await Promise.all(large.map(({ about }) => subscribe(about.id)));
    },

    /** Whoever is out of a room has to subscribe anew when they are back. */
    hears: (frame: ServerFrame): void => {
      if (frame.event === 'conversation.removed') subscribed.delete(frame.data.conversationId);
    },
  };
};
