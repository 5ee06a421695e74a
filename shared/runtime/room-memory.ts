/** What an instance of fan-out has seen of conversations. It saves reads, and is never believed: what is remembered says as of when. */
import type { ConversationState } from '../domain/conversation.ts';
import type { Viewer } from '../domain/visibility.ts';

interface Known {
  /**
   * As of its `rev`. Settings and memberships change with a revision of their conversation, and never without; numbers and the newest
   * message do.
   */
  conversation: ConversationState;
  /** All members, unless nobody knows them for sure. */
  members?: readonly Viewer[] | undefined;
}

/** Of this many conversations, with this many members in all. */
const most = { rooms: 10_000, members: 200_000 };

export const createRoomMemory = () => {
  const rooms = new Map<string, Known>();
  let members = 0;

  const idOf = (tenant: string, conversationId: string) => JSON.stringify([tenant, conversationId]);

  const forget = (id: string): void => {
    members -= rooms.get(id)?.members?.length ?? 0;
    rooms.delete(id);
  };

  return {
    of: (tenant: string, conversationId: string): Known | undefined => rooms.get(idOf(tenant, conversationId)),

    /**
     * @param everybody all members, as they were read after a look at the conversation had shown the `rev` that it has. Had they been read
     * before, a change between the two looks would be missed for good.
     */
    remember: (tenant: string, conversation: ConversationState, everybody: readonly Viewer[] | undefined): void => {
      const id = idOf(tenant, conversation.id);
      forget(id);
      if (rooms.size >= most.rooms || members + (everybody?.length ?? 0) > most.members) {
        rooms.clear();
        members = 0;
      }
      rooms.set(id, { conversation, members: everybody?.map(({ userId, joinedSeq }) => ({ userId, joinedSeq })) });
      members += everybody?.length ?? 0;
    },
  };
};
