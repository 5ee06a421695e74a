import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { Webhook, WebhookDelivery } from '../../shared/protocol/webhook.ts';
import type { Person } from './person.ts';
import { createsGroup, posts } from './room.ts';
import type { World } from './world.ts';

/** How somebody may stand to a group: within its tenant, and from another one. */
export const insiders = [
  'author',
  'outsider',
  'member',
  'admin',
  'owner',
  'tenantModerator',
  'tenantAdmin',
  'service',
] as const;
export const foreigners = ['foreigner', 'foreignAdmin', 'foreignService'] as const;
export type Standing = (typeof insiders)[number] | (typeof foreigners)[number];

export type Cast = Record<Standing, Person>;

/** A group in which each of its roles is played, with a message of `author`, a member. */
export interface Stage {
  group: OwnConversation;
  message: Message;
}

/** What only those of the tenant may ever read. */
export const secrets = ['Top secret title', 'Top secret content', 'secret-author', 'Top secret name'];

const tenants = (name: string) => ({ home: `${name}-home`, away: `${name}-away` });

const casts = new WeakMap<World['cloud'], Map<string, Promise<Cast>>>();

/** The same people, with the same tokens, for all stages of one name. */
export const castOf = (world: World, name: string): Promise<Cast> => {
  const here = casts.get(world.cloud) ?? new Map<string, Promise<Cast>>();
  casts.set(world.cloud, here);
  const known = here.get(name) ?? assemble(world, name);
  here.set(name, known);
  return known;
};

const assemble = async (world: World, name: string): Promise<Cast> => {
  const { home, away } = tenants(name);
  const plays = (user: string, tenant: string, role = 'member') => world.person(user, { tenant, roles: [role] });
  const cast = {
    author: await plays('secret-author', home),
    outsider: await plays('outsider', home),
    member: await plays('member', home),
    admin: await plays('admin', home),
    owner: await plays('owner', home),
    tenantModerator: await plays('tenant-moderator', home, 'moderator'),
    tenantAdmin: await plays('tenant-admin', home, 'admin'),
    service: await plays('backend', home, 'service'),
    // Named like a member of the other tenant's group: a name alone must open nothing.
    foreigner: await plays('owner', away),
    foreignAdmin: await plays('owner', away, 'admin'),
    foreignService: await plays('backend', away, 'service'),
  };
  await cast.service.does('POST', '/api/users/sync', { id: 'secret-author', displayName: 'Top secret name' });
  return cast;
};

/** A webhook of the home tenant, with a delivery that leads nowhere; each time another. */
export const webhookOf = async ({ service }: Cast): Promise<{ webhookId: string; deliveryId: string }> => {
  const { webhooks } = await service.does<{ webhooks: Webhook[] }>('GET', '/api/webhooks');
  // So that there is always room for one more.
  for (const { id } of webhooks.slice(0, -10)) await service.does('DELETE', `/api/webhooks/${id}`);
  const draft = { url: 'http://127.0.0.1:1/', description: 'Top secret title' };
  const { id: webhookId } = await service.does<Webhook>('POST', '/api/webhooks', draft);
  const { id: deliveryId } = await service.does<WebhookDelivery>('POST', `/api/webhooks/${webhookId}/test`);
  return { webhookId, deliveryId };
};

export const stageOf = async ({ owner, author, member, admin }: Cast): Promise<Stage> => {
  const members = [author, member, admin, { id: 'another-member' }];
  const group = await createsGroup(owner, members, { title: 'Top secret title' });
  await owner.does('PATCH', `/api/conversations/${group.id}/members/${admin.id}`, { role: 'admin' });
  return { group, message: await posts(author, group, 'Top secret content') };
};
