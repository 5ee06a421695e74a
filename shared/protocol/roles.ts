import * as z from 'zod';

/** What a token says somebody is in the tenant. */
export const tenantRoles = ['member', 'agent', 'moderator', 'admin', 'service'] as const;
export const tenantRole = z.enum(tenantRoles);
export type TenantRole = z.infer<typeof tenantRole>;

/** What a member is in a conversation. */
export const memberRoles = ['owner', 'admin', 'member'] as const;
export const memberRole = z.enum(memberRoles).meta({ id: 'MemberRole' });
export type MemberRole = z.infer<typeof memberRole>;
