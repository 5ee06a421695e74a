import { route } from '../route.ts';
import { syncPage } from '../sync.ts';
import { syncRequest } from '../sync-request.ts';

export const syncCreate = route({
  name: 'sync/create',
  method: 'POST',
  paths: ['/api/sync'],
  summary: 'What you missed while you were away, a page of it. The same as the `sync` frame.',
  access: 'token',
  body: syncRequest,
  status: 200,
  answer: syncPage,
  errors: ['forbidden'],
});
