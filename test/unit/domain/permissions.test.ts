import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../shared/domain/caller.ts';
import {
  type Action,
  may,
  permissions,
  requirePermission,
  type Standing,
  standings,
  standingsOf,
} from '../../../shared/domain/permissions.ts';
import { memberRoles, tenantRoles } from '../../../shared/protocol/roles.ts';

const actions = Object.keys(permissions) as Action[];
const allowed = (standing: Standing) => actions.filter((action) => may([standing], action));
const anyStandings = fc.subarray([...standings]);
const caller = (roles: Caller['roles']): Caller => ({
  tenant: 'demo',
  user: 'ada',
  roles,
  expiresAt: 0,
  connectionId: undefined,
});

describe('the permission table', () => {
  it('lets whoever may do anything read', () => {
    for (const standing of standings) {
      if (allowed(standing).length > 0) expect(may([standing], 'conversation.read'), standing).toBe(true);
    }
  });

  it('gives nobody nothing', () => {
    for (const standing of standings) expect(allowed(standing), standing).not.toEqual([]);
    expect(actions.filter((action) => may([], action))).toEqual([]);
  });

  it('gives a member what a plain one has, an admin more, and an owner more still', () => {
    const [owner, admin, member] = [allowed('owner'), allowed('admin'), allowed('member')];
    expect(admin).toEqual(expect.arrayContaining(member));
    expect(owner).toEqual(expect.arrayContaining(admin));
    expect(member.length < admin.length && admin.length < owner.length).toBe(true);
    expect(owner).toEqual(actions);
  });

  it('lets a plain member change nobody’s membership, nobody’s message and nothing of the group', () => {
    const others: Action[] = [
      'conversation.update',
      'conversation.delete',
      'members.add',
      'members.promote',
      'members.remove',
      'members.removeManager',
      'message.deleteAny',
      'message.pin',
      'message.sendWhereAdminsMay',
      'message.sendAtOnce',
    ];
    for (const action of others) expect(may(['member'], action), action).toBe(false);
  });

  it('lets an admin make no admins and remove none', () => {
    for (const action of ['members.promote', 'members.removeManager', 'conversation.delete'] as const) {
      expect(may(['admin'], action), action).toBe(false);
    }
  });

  it('lets a moderator read, clean up and pin, and nothing else', () => {
    expect(allowed('tenant-moderator')).toEqual([
      'conversation.read',
      'message.deleteAny',
      'message.pin',
      'message.pinInDirect',
      'message.history',
    ]);
  });

  it('lets only members leave, and only members and the host’s backend speak', () => {
    expect(standings.filter((one) => may([one], 'conversation.leave'))).toEqual(['owner', 'admin', 'member']);
    expect(standings.filter((one) => may([one], 'message.send'))).toEqual(['owner', 'admin', 'member', 'service']);
  });

  it('lets whoever may speak edit and delete what they said', () => {
    for (const standing of standings.filter((one) => may([one], 'message.send'))) {
      expect(may([standing], 'message.editOwn') && may([standing], 'message.deleteOwn'), standing).toBe(true);
    }
  });

  it('takes nothing from somebody for having another standing as well', () => {
    fc.assert(
      fc.property(anyStandings, anyStandings, fc.constantFrom(...actions), (held, more, action) => {
        if (may(held, action)) expect(may([...held, ...more], action)).toBe(true);
        expect(may(held, action)).toBe(held.some((one) => may([one], action)));
      }),
    );
  });
});

describe('how somebody stands', () => {
  it('follows from their membership and their token', () => {
    expect(standingsOf(caller(['member']), undefined)).toEqual([]);
    expect(standingsOf(caller(['agent']), undefined)).toEqual([]);
    expect(standingsOf(caller(['member', 'moderator']), 'admin')).toEqual(['admin', 'tenant-moderator']);
    expect(standingsOf(caller(['admin']), undefined)).toEqual(['tenant-admin']);
    expect(standingsOf(caller(['service']), 'owner')).toEqual(['owner', 'service']);
  });

  it('is never that of a member for whom is none, whatever their token says', () => {
    for (const role of tenantRoles) {
      for (const standing of memberRoles) expect(standingsOf(caller([role]), undefined)).not.toContain(standing);
    }
  });
});

describe('a refusal', () => {
  it('hides the conversation from whom may not see it, and says what is missing to whom may', () => {
    fc.assert(
      fc.property(anyStandings, fc.constantFrom(...actions), (held, action) => {
        const code = refusal(held, action);
        if (may(held, action)) expect(code).toBeUndefined();
        else expect(code).toBe(may(held, 'conversation.read') ? 'forbidden' : 'not_found');
      }),
    );
  });
});

const refusal = (held: readonly Standing[], action: Action): string | undefined => {
  try {
    requirePermission(held, action);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};
