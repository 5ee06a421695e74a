/** Roles that a token may carry; what they allow is the application's matter. */
export const roles = ['member', 'agent', 'moderator', 'admin', 'service'] as const;
