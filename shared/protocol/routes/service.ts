/** Routes about the service itself: tickets, health, documents. */
import * as z from 'zod';
import { timestamp } from '../identifiers.ts';
import { route } from '../route.ts';

export const wsTicketsCreate = route({
  name: 'ws-tickets/create',
  method: 'POST',
  paths: ['/api/ws-tickets'],
  summary:
    'A ticket that opens one WebSocket as you, within 30 seconds: `?ticket=`. For browsers, which cannot set headers.',
  access: 'token',
  status: 201,
  answer: z.object({ ticket: z.string(), expiresAt: timestamp }).meta({ id: 'WsTicket' }),
  errors: [],
});

const health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

export const healthLive = route({
  name: 'health/live',
  method: 'GET',
  paths: ['/health/live'],
  summary: 'Whether functions run at all.',
  access: 'public',
  status: 200,
  answer: health,
  errors: [],
});

export const healthReady = route({
  name: 'health/ready',
  method: 'GET',
  paths: ['/health/ready', '/health'],
  summary: 'Whether the table answers too.',
  access: 'public',
  status: 200,
  answer: health,
  errors: ['unavailable'],
});

export const docsOpenapi = route({
  name: 'docs/openapi',
  method: 'GET',
  paths: ['/api/openapi.json'],
  summary: 'This API as an OpenAPI 3.1 document.',
  access: 'public',
  status: 200,
  answer: z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApi' }),
  errors: [],
});

export const docsPage = route({
  name: 'docs/page',
  method: 'GET',
  paths: ['/api/docs'],
  summary: 'This API as a page to read.',
  access: 'public',
  status: 200,
  errors: [],
});
