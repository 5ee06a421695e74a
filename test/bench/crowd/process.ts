/** The process of all clients. */
import pMap from 'p-map';
import { serve } from '../serve.ts';
import { chat, type Outcome, type Pace } from './chat.ts';
import { type Client, connectClient } from './client.ts';
import { createGroup, createGroups, type Group, historyOf } from './groups.ts';

interface Doors {
  apiUrl: string;
  webSocketUrl: string;
}

interface Ticket {
  user: string;
  token: string;
}

/** As many as the stage lets into a group; a large room gets its others past all doors. */
const founders = 256;

const clients: Client[] = [];
let groups: Group[] = [];
let rounds = 0;

export interface Histories {
  messages: number;
  /** Of those, the ones that no other repeats. */
  distinct: number;
  /** Groups whose numbers are not 1, 2, 3 … */
  withGaps: number;
}

const handlers = {
  /** Opens a socket for each, some at a time. @returns how long each took, in milliseconds; those that failed are not there */
  open: async ({ webSocketUrl }: Doors, tickets: readonly Ticket[], atOnce: number): Promise<number[]> => {
    const took: number[] = [];
    const opened = await pMap(
      tickets,
      async ({ user, token }) => {
        const begun = performance.now();
        const client = await connectClient(webSocketUrl, user, token).catch(() => undefined);
        if (client) took.push(performance.now() - begun);
        return client ?? [];
      },
      { concurrency: atOnce },
    );
    clients.push(...opened.flat());
    return took;
  },

  openNow: () => clients.filter(({ isOpen }) => isOpen).length,

  /** @returns how many clients heard of their group */
  gather: async ({ apiUrl }: Doors, size: number): Promise<number> => {
    const gathered = await createGroups(apiUrl, clients, size);
    groups = gathered.groups;
    return gathered.heard;
  },

  /** All clients in one room. What is more than a group may have, somebody else has to let in. @returns its id */
  gatherRoom: async ({ apiUrl }: Doors): Promise<string> => {
    const { id } = await createGroup(apiUrl, clients.slice(0, founders));
    groups = [{ id, members: clients }];
    return id;
  },

  /** Every client to a large room, some at a time. @returns how many are */
  subscribe: async (conversationId: string, atOnce: number): Promise<number> => {
    const answers = await pMap(clients, (client) => subscribes(client, conversationId), { concurrency: atOnce });
    return answers.filter((event) => event === 'subscribed').length;
  },

  /** In the groups of the last `gather`. */
  chat: async (pace: Pace): Promise<Outcome> => {
    rounds += 1;
    return chat(groups, pace, `round-${rounds}`);
  },

  histories: async ({ apiUrl }: Doors): Promise<Histories> => {
    const all = await pMap(groups, (group) => historyOf(apiUrl, group), { concurrency: 8 });
    const messages = all.flat().filter(({ status }) => status === 'sent');
    return {
      messages: messages.length,
      distinct: new Set(messages.map(({ clientMessageId }) => clientMessageId)).size,
      withGaps: all.filter((history) => history.some(({ seq }, i) => seq !== history.length - i)).length,
    };
  },
};
/** @returns what it was answered with */
const subscribes = (client: Client, conversationId: string): Promise<string> =>
  new Promise((resolve) => {
    client.onEvent = ({ event }) => {
      if (event === 'subscribed' || event === 'error') resolve(event);
    };
    client.send('subscribe', { conversationId });
  });

export type CrowdHandlers = typeof handlers;

serve(handlers);
