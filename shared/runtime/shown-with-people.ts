import type { Place } from '../data/places.ts';
import type { Profiles } from '../data/profiles.ts';
import type { ShownMessages } from '../data/shown-messages.ts';
import { peopleInMessages } from '../domain/people.ts';
import type { Message, ShownMessage } from '../protocol/message.ts';
import type { User } from '../protocol/user.ts';
import { together } from './together.ts';

interface Deps {
  shownMessages: ShownMessages;
  profiles: Profiles;
}

/**
 * The messages of one page as the caller sees them, with the people whom they show. One round trip, and another one if reactions or
 * threads name people whom the messages do not.
 */
export const shownWithPeople = async (
  { shownMessages, profiles }: Deps,
  place: Place,
  messages: readonly Message[],
): Promise<{ messages: ShownMessage[]; users: User[] }> => {
  const { tenant } = place.caller;
  const [shown, named] = await together([
    shownMessages.show(place, messages),
    profiles.publicOf(tenant, peopleInMessages(messages)),
  ]);
  const known = new Set(named.map(({ id }) => id));
  const others = peopleInMessages(shown).filter((user) => !known.has(user));
  return { messages: shown, users: [...named, ...(await profiles.publicOf(tenant, others))] };
};
