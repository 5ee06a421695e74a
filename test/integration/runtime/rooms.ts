import type { RoomQueue } from '../../../shared/runtime/room-queue.ts';

/** For conversations that are no large rooms. */
export const noRooms: RoomQueue = {
  add: async () => {
    throw new Error('This is no large room.');
  },
};
