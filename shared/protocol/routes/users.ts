import * as z from 'zod';
import { userId } from '../identifiers.ts';
import { route } from '../route.ts';
import { ownUser, preferencesPatch, user, userSync } from '../user.ts';

const params = z.strictObject({ userId });

const many = z
  .array(userSync)
  .min(1)
  .max(100)
  .refine((users) => new Set(users.map(({ id }) => id)).size === users.length, 'must not name a user twice');

export const usersSync = route({
  name: 'users/sync',
  method: 'POST',
  paths: ['/api/users/sync'],
  summary: 'Create or update users by the ids that the host knows them by: one, or up to 100. Safe to repeat.',
  access: 'service',
  body: z
    .union([z.strictObject({ users: many }), userSync], { error: 'must be a user, or an object that holds `users`' })
    .meta({ id: 'UsersSync' }),
  status: 200,
  answer: z.object({ users: z.array(ownUser) }).meta({ id: 'UsersSynced' }),
  errors: ['forbidden'],
});

export const usersGet = route({
  name: 'users/get',
  method: 'GET',
  paths: ['/api/users/{userId}'],
  summary: 'The public part of any user of the tenant.',
  access: 'token',
  params,
  status: 200,
  answer: user,
  errors: ['not_found'],
});

export const usersDelete = route({
  name: 'users/delete',
  method: 'DELETE',
  paths: ['/api/users/{userId}'],
  summary:
    'Forget a user: the profile at once, the memberships soon after. Messages stay, without a name to their author. Safe to repeat.',
  access: 'service',
  params,
  status: 204,
  errors: ['forbidden'],
});

export const meGet = route({
  name: 'me/get',
  method: 'GET',
  paths: ['/api/me'],
  summary: 'Yourself, preferences included.',
  access: 'token',
  status: 200,
  answer: ownUser,
  errors: ['not_found'],
});

export const meUpdate = route({
  name: 'me/update',
  method: 'PATCH',
  paths: ['/api/me'],
  summary: 'Change your own preferences. What is left out stays.',
  access: 'token',
  body: preferencesPatch,
  status: 200,
  answer: ownUser,
  errors: ['not_found'],
});
