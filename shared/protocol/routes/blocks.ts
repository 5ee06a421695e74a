import * as z from 'zod';
import { block } from '../block.ts';
import { userId } from '../identifiers.ts';
import { listOf, pageQuery } from '../lists.ts';
import { route } from '../route.ts';

const params = z.strictObject({ userId });

export const blocksList = route({
  name: 'blocks/list',
  method: 'GET',
  paths: ['/api/me/blocks'],
  summary: 'Whom you have blocked, by user id. Nobody else learns of it.',
  access: 'token',
  query: pageQuery,
  status: 200,
  answer: listOf('blocks', block).meta({ id: 'BlockList' }),
  errors: ['forbidden'],
});

export const blocksAdd = route({
  name: 'blocks/add',
  method: 'PUT',
  paths: ['/api/me/blocks/{userId}'],
  summary:
    'Block somebody: no new messages in your direct conversation, no typing and no presence, either way. Groups go on as they are. Safe to repeat.',
  access: 'token',
  params,
  status: 204,
  errors: ['forbidden', 'too_many_blocks'],
});

export const blocksRemove = route({
  name: 'blocks/remove',
  method: 'DELETE',
  paths: ['/api/me/blocks/{userId}'],
  summary: 'Unblock somebody, blocked or not. What they have blocked themselves stays so. Safe to repeat.',
  access: 'token',
  params,
  status: 204,
  errors: ['forbidden'],
});
