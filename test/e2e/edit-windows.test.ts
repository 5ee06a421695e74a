/** For how long a sender may change a message. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createsGroup, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

describe('a tenant that limits for how long messages may be changed', () => {
  const tenant = 'hasty';
  // Before any function has begun: an instance keeps the settings that it began with.
  beforeAll(() => {
    for (const { environment } of world.cloud.functions) {
      if (environment.TENANT_SETTINGS === undefined) continue;
      const settings = JSON.parse(environment.TENANT_SETTINGS) as { tenants: object };
      const hasty = { editWindowMinutes: 5, deleteWindowMinutes: 60 };
      environment.TENANT_SETTINGS = JSON.stringify({ ...settings, tenants: { ...settings.tenants, [tenant]: hasty } });
    }
  });

  const given = async (minutes: number) => {
    const [ada, bob] = await Promise.all([world.person('ada', { tenant }), world.person('bob', { tenant })]);
    const room = await createsGroup(ada, [bob]);
    const phone = await bob.connects();
    const { messageId } = await says(phone, room, 'one');
    await storedIn(world.cloud).age(tenant, room, minutes * 60);
    return { ada, bob, phone, room, messageId, path: `/api/messages/${messageId}` };
  };

  it('lets a sender edit and delete within the window', async () => {
    const { bob, path } = await given(4);
    expect(await bob.does('PATCH', path, { content: 'two' })).toMatchObject({ version: 2 });
    expect(await bob.does('DELETE', path)).toMatchObject({ status: 'deleted' });
  });

  it('refuses a sender’s edit after it, but an edit that was made already', async () => {
    const { bob, phone, messageId, path } = await given(6);
    await bob.isRefused('window_closed', 'PATCH', path, { content: 'two' });
    const frame = await phone.isRefused('message.edit', { messageId, content: 'two' });
    expect(frame).toMatchObject({ code: 'window_closed' });
    expect(await bob.does('PATCH', path, { content: 'one' })).toMatchObject({ version: 1 });
    expect(await bob.does('DELETE', path)).toMatchObject({ status: 'deleted' });
  });

  it('refuses a sender’s deletion after its own, and lets those who moderate delete at any time', async () => {
    const { ada, bob, phone, messageId, path } = await given(61);
    await bob.isRefused('window_closed', 'DELETE', path);
    expect(await phone.isRefused('message.delete', { messageId })).toMatchObject({ code: 'window_closed' });
    expect(await bob.does('GET', path)).toMatchObject({ status: 'sent' });
    expect(await ada.does('DELETE', path)).toMatchObject({ status: 'deleted', deletedBy: 'ada' });
    expect(await bob.does('DELETE', path)).toMatchObject({ status: 'deleted' });
  });

  it('says nothing of deleting a message for oneself', async () => {
    const { bob, path } = await given(600);
    await bob.does('POST', `${path}/hide`);
    await bob.isRefused('not_found', 'GET', path);
  });
});
