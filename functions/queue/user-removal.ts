/**
 * Takes a deleted user out of every group, closes the connections that they left open, and forgets their drafts and devices. A group's last owner
 * hands over to whoever has been there longest, admins first; a group without anybody else ends. Direct conversations stay for the
 * other, and whom they had blocked is forgotten. Safe to repeat.
 */
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { addToLogContext } from '../../shared/runtime/logger.ts';
import { onDomainEvents } from '../../shared/runtime/queue.ts';

export const userRemoval = ({
  users,
  departures,
  inbox,
  blocks,
  presence,
  connections,
  drafts,
  devices,
}: Pick<Deps, 'users' | 'departures' | 'inbox' | 'blocks' | 'presence' | 'connections' | 'drafts' | 'devices'>) =>
  onDomainEvents('user-removal', ['user.deleted'], async ({ detail: { tenantId, occurredAt, data } }) => {
    const { userId } = data;
    addToLogContext({ user: userId });
    // They may have come back since: what is said of an earlier deletion is not true of them any more.
    if ((await users.deletedAt(tenantId, userId)) !== occurredAt) return;
    const open = await presence.leftOpen(tenantId, userId);
    for (const { id } of open) await connections.close(id);
    await presence.remove(
      tenantId,
      userId,
      open.map(({ id }) => id),
    );
    await blocks.removeAll(tenantId, userId);
    await drafts.forget(tenantId, userId);
    await devices.forget(tenantId, userId);
    for (const conversationId of await inbox.conversationIdsOf(tenantId, userId)) {
      await departures.depart(tenantId, conversationId, userId);
    }
  });

export const handler = live(userRemoval);
