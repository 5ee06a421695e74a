/** The process of all clients. */
import pMap from 'p-map';
import { serve } from '../serve.ts';
import { chat, type Outcome, type Pace } from './chat.ts';
import { type Client, connectClient } from './client.ts';
import { createGroups, type Group, historyOf } from './groups.ts';

interface Doors {
  apiUrl: string;
  webSocketUrl: string;
}

interface Ticket {
  user: string;
  token: string;
}

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
export type CrowdHandlers = typeof handlers;

serve(handlers);
