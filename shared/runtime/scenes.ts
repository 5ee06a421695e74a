import type { Limits } from '../data/limits.ts';
import type { Members } from '../data/members.ts';
import type { Around, Surroundings } from '../data/surroundings.ts';
import { isDirect, type MemberState } from '../domain/conversation.ts';
import {
  concernedIn,
  type Happening,
  isForAllMembers,
  markedIn,
  needsMembers,
  revisionOf,
  sendersIn,
  tellsAll,
} from '../domain/live-events.ts';
import { audienceOfPosting } from '../domain/receipts.ts';
import { fromTheBeginning, type Viewer } from '../domain/visibility.ts';
import { createRoomMemory } from './room-memory.ts';
import { together } from './together.ts';

interface Deps {
  members: Members;
  surroundings: Surroundings;
  limits: Limits;
}

/** What happened in one conversation. */
interface Occasion {
  tenant: string;
  conversationId: string;
  happenings: readonly Happening[];
}

/** What is known around what happened, but for who is there. */
export interface Scene extends Around {
  /** All members or, of a large room, those whom something is about. */
  viewers: readonly Viewer[];
}

const nobody: Scene = { conversation: undefined, members: [], told: new Map(), viewers: [] };

/** Who has to be told: by what an instance remembers where that is certain, and by a look where it is not. */
export const createScenes = ({ members, surroundings, limits }: Deps) => {
  const rooms = createRoomMemory();

  /** What the stream tells of, a replica may not have seen yet. */
  const everybody = (tenant: string, conversationId: string, atMost = Number.POSITIVE_INFINITY) =>
    members.all(tenant, conversationId, { consistent: true, atMost });

  /**
   * All members or, of a large room, those whom something is about: undefined where they need not be read, since the conversation names
   * them or has the revision as of which they are remembered.
   * @param found who was read beside the conversation, on a guess: a wrong one costs a second look
   */
  const membersIn = async (
    { tenant, conversationId, happenings }: Occasion,
    { conversation, members: asked }: Around,
    found: readonly MemberState[] | undefined,
  ): Promise<readonly MemberState[] | undefined> => {
    if (!conversation) return found ?? [];
    const known = rooms.of(tenant, conversationId);
    const isSameAsBefore = known?.conversation.rev === conversation.rev;
    if (known?.members && isSameAsBefore) return undefined;
    if (conversation.memberIds) {
      rooms.remember(tenant, conversation, conversation.memberIds.map(fromTheBeginning));
      return undefined;
    }
    if (found && found.length <= limits.of(tenant).largeRoomAbove) {
      rooms.remember(tenant, conversation, isSameAsBefore ? found : undefined);
      return found;
    }
    if (conversation.live === 'subscribed' && !happenings.some(isForAllMembers)) {
      rooms.remember(tenant, conversation, undefined);
      return known && isLarge(known) ? asked : members.among(tenant, conversationId, concernedIn(happenings));
    }
    const all = await everybody(tenant, conversationId);
    rooms.remember(tenant, conversation, all);
    return all;
  };

  return {
    /**
     * Where new messages say by themselves what else would be looked up, and the members are remembered: whoever was one when a number was
     * taken may hear of its message. Undefined where anything has to be looked up.
     */
    remembered: ({ tenant, conversationId, happenings }: Occasion): Scene | undefined => {
      const known = rooms.of(tenant, conversationId);
      if (!known?.members || isLarge(known)) return undefined;
      const { conversation, members: viewers } = known;
      // What a post tells of reading is somebody's to hear.
      if (audienceOfPosting(conversation) !== 'nobody') return undefined;
      return happenings.every((one) => tellsAll(one, conversation.rev))
        ? { ...nobody, conversation, viewers }
        : undefined;
    },

    /** Senders' memberships are read in any case: how far they had read may have changed. */
    look: async (occasion: Occasion): Promise<Scene> => {
      const { tenant, conversationId, happenings } = occasion;
      if (!happenings.some(needsMembers)) return nobody;
      const known = rooms.of(tenant, conversationId);
      const isNewer = known !== undefined && revisionOf(happenings) > known.conversation.rev;
      const isKnownLarge = known !== undefined && isLarge(known);
      const isKnown = isDirect(conversationId) || isKnownLarge || (known?.members && !isNewer);
      const users = isKnownLarge ? concernedIn(happenings) : isKnown ? sendersIn(happenings) : [];
      const [around, found] = await together([
        surroundings.around(tenant, conversationId, { users, marked: markedIn(happenings) }),
        isKnown ? undefined : everybody(tenant, conversationId, limits.of(tenant).largeRoomAbove + 1),
      ]);
      const read = await membersIn(occasion, around, found);
      const viewers = read ?? rooms.of(tenant, conversationId)?.members ?? [];
      return { ...around, members: read ?? around.members, viewers };
    },
  };
};

const isLarge = ({ conversation }: { conversation: { live: string } }): boolean => conversation.live === 'subscribed';
