/** Whether somebody is there, as far as the caller may know: one round trip, two where it takes a shared conversation. */
import { presenceFor } from '../../../shared/domain/presence.ts';
import { presenceOfUser } from '../../../shared/protocol/routes/presence.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { together } from '../../../shared/runtime/together.ts';

export const getPresence = ({ presence, inbox, clock }: Pick<Deps, 'presence' | 'inbox' | 'clock'>) =>
  onRequest(presenceOfUser, async ({ params: { userId }, caller: { tenant, user, roles } }) => {
    const now = clock.now();
    const shareConversation = async () => {
      const [own, theirs] = await together([
        inbox.conversationIdsOf(tenant, user),
        inbox.conversationIdsOf(tenant, userId),
      ]);
      return !new Set(own).isDisjointFrom(new Set(theirs));
    };
    const [viewer, found] = await presence.statesOf(tenant, [user, userId]);
    const areContacts = roles.includes('service') || (found.privacy === 'contacts' && (await shareConversation()));
    return presenceFor(viewer, found, areContacts, now);
  });

export const handler = live(getPresence);
