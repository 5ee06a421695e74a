import * as z from 'zod';
import { draftPut, draftState } from '../drafts.ts';
import { conversationId } from '../identifiers.ts';
import { listOf, pageQuery } from '../lists.ts';
import { route } from '../route.ts';

const params = z.strictObject({ conversationId });
const paths = ['/api/conversations/{conversationId}/draft'] as const;

export const draftsList = route({
  name: 'drafts/list',
  method: 'GET',
  paths: ['/api/me/drafts'],
  summary:
    'Your drafts, in no particular order. One that was cleared stays listed for a day, as null. Fetch it when you come back: what you hold and is not listed is gone.',
  access: 'token',
  query: pageQuery,
  status: 200,
  answer: listOf('drafts', draftState).meta({ id: 'DraftList' }),
  errors: ['forbidden'],
});

export const draftsGet = route({
  name: 'drafts/get',
  method: 'GET',
  paths,
  summary: 'Your draft in a conversation.',
  access: 'token',
  params,
  status: 200,
  answer: draftState,
  errors: ['not_found', 'forbidden'],
});

export const draftsPut = route({
  name: 'drafts/put',
  method: 'PUT',
  paths,
  summary: 'Keep what you have written so far, for all your devices. The last one to write wins. Safe to repeat.',
  access: 'token',
  params,
  body: draftPut,
  status: 200,
  answer: draftState,
  errors: ['not_found', 'forbidden'],
});

export const draftsClear = route({
  name: 'drafts/clear',
  method: 'DELETE',
  paths,
  summary: 'Clear your draft, as a client does once its message is sent. Safe to repeat.',
  access: 'token',
  params,
  status: 200,
  answer: draftState,
  errors: ['not_found', 'forbidden'],
});
