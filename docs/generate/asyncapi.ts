/** The WebSocket API as an AsyncAPI 3.0 document, from the service's side: it receives commands and sends events. */
import * as z from 'zod';
import project from '../../package.json' with { type: 'json' };
import { type Command, clientFrame, commands } from '../../shared/protocol/commands.ts';
import { errorEvent, type ServerEvent, serverEvents } from '../../shared/protocol/events.ts';
import { answerEvent, answerFrame, commandFrame, eventFrame } from './examples/examples.ts';
import { introduction, socketTopics } from './guide.ts';
import { type Direction, schemaBook } from './schemas.ts';

const commandSchema = ({ name, data }: Command) => clientFrame.extend({ event: z.literal(name), data });

const eventSchema = ({ name, data }: ServerEvent) =>
  z.object({
    event: z.literal(name),
    id: z.string().optional().meta({ description: 'The reference of the command that this answers.' }),
    data,
  });

const description = [
  introduction,
  ...socketTopics.map(({ title, text }) => `**${title}.** ${text}`),
  'Operations are told from the side of the service: it receives commands and sends events.',
].join('\n\n');

const messageOf = ({ name, summary }: Command | ServerEvent, payload: object, examples: object[]) => ({
  name,
  title: name,
  summary,
  correlationId: { $ref: '#/components/correlationIds/reference' },
  payload,
  examples: examples.map((example) => ({ name: `${name} example`, payload: example })),
});

const refs = {
  channel: { $ref: '#/channels/socket' },
  message: (name: string) => ({ $ref: `#/channels/socket/messages/${name}` }),
};

const receive = ({ name, summary, answer }: Command) => ({
  action: 'receive',
  channel: refs.channel,
  title: name,
  summary,
  messages: [refs.message(name)],
  reply: { channel: refs.channel, messages: [refs.message(answer), refs.message(errorEvent.name)] },
});

const send = ({ name, summary }: ServerEvent) => ({
  action: 'send',
  channel: refs.channel,
  title: name,
  summary,
  messages: [refs.message(name)],
});

const key = (name: string, description: string) => ({ type: 'httpApiKey', name, in: 'query', description });

export const asyncapi = () => {
  const received: readonly Command[] = commands;
  const sent: readonly ServerEvent[] = serverEvents;
  const schemas = { input: received.map(commandSchema), output: sent.map(eventSchema) };
  const book = schemaBook(schemas, 'draft-7');
  const payloads = (direction: Direction) => schemas[direction].map((schema) => book.of(schema, direction));
  const security = ['ticket', 'token'].map((name) => ({ $ref: `#/components/securitySchemes/${name}` }));
  const receivedPayloads = payloads('input');
  const sentPayloads = payloads('output');
  const answers = new Set(received.map(answerEvent));

  const messages = [
    ...received.map((command, at) => messageOf(command, receivedPayloads[at] ?? {}, [commandFrame(command)])),
    ...sent.map((event, at) =>
      messageOf(event, sentPayloads[at] ?? {}, [answers.has(event) ? answerFrame(event) : eventFrame(event)]),
    ),
  ];

  return {
    asyncapi: '3.0.0',
    info: { title: 'Parley', version: project.version, description, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      local: { host: 'localhost:4000', protocol: 'ws', pathname: '/ws', description: 'On your own machine', security },
      aws: {
        host: '{api}.execute-api.{region}.amazonaws.com',
        protocol: 'wss',
        pathname: '/{stage}',
        description: 'Where you deployed it',
        variables: {
          api: { description: 'The id of the WebSocket API; an output of the deployment.' },
          region: { description: 'For instance `eu-west-1`.' },
          stage: { description: 'The stage that was deployed.' },
        },
        security,
      },
    },
    channels: {
      socket: {
        address: '/',
        title: 'The socket',
        description: 'One connection of one user on one device.',
        messages: Object.fromEntries(messages.map((message) => [message.name, message])),
        bindings: {
          ws: {
            bindingVersion: '0.1.0',
            method: 'GET',
            query: { type: 'object', properties: { ticket: { type: 'string' }, token: { type: 'string' } } },
          },
        },
      },
    },
    operations: Object.fromEntries([
      ...received.map((command) => [command.name, receive(command)]),
      ...sent.map((event) => [event.name, send(event)]),
    ]),
    components: {
      schemas: book.components,
      correlationIds: { reference: { location: '$message.payload#/id', description: "The client's own reference." } },
      securitySchemes: {
        ticket: key('ticket', 'A single-use ticket of `POST /api/ws-tickets`, good for 30 seconds.'),
        token: key('token', 'A JWT of an issuer that the tenant trusts.'),
      },
    },
  };
};
