import type { Connections, PostOutcome } from '../../../shared/runtime/connections.ts';

/** A gateway's @connections as the posting side sees it: connections answer as they are told to. */
export const aGateway = () => {
  const answers = new Map<string, PostOutcome | 'fails'>();
  const heard = new Map<string, unknown[]>();
  const closed: string[] = [];
  let closes = true;

  const connections: Connections = {
    post: async (id, frame) => {
      const answer = answers.get(id) ?? 'sent';
      if (answer === 'fails') throw new Error('It did not answer in time.');
      if (answer === 'sent') heard.set(id, [...(heard.get(id) ?? []), JSON.parse(frame)]);
      return answer;
    },
    close: async (id) => {
      if (!closes) throw new Error('It did not answer in time.');
      closed.push(id);
    },
  };
  return {
    connections,
    closed,
    /** What a connection got, oldest first. */
    heardBy: (id: string): unknown[] => heard.get(id) ?? [],
    lets: (id: string, answer: PostOutcome | 'fails'): void => void answers.set(id, answer),
    closesNothing: (): void => {
      closes = false;
    },
  };
};
