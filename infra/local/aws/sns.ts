/**
 * SNS, as far as mobile push goes: endpoints of platform applications, and what is published to them, which ends in the outbox. An
 * endpoint follows from its token, so nothing has to be kept; whoever is behind a token that begins with `dead` has uninstalled the app.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Outbox } from '../outbox.ts';
import type { Answer, Need, Service } from './service.ts';
import { AwsError } from './service.ts';

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
const dead = 'deaddead';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => entities[character] ?? '');

const xml = (status: number, body: string): Answer => ({ status, headers: { 'content-type': 'text/xml' }, body });

const done = (action: string, result = ''): Answer =>
  xml(
    200,
    `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`,
  );

const endpointOf = (application: string, token: string): string => {
  const digest = createHash('sha256').update(token).digest('hex');
  const id = `${token.startsWith('dead') ? dead : digest.slice(0, 8)}-${digest.slice(8, 12)}-${digest.slice(12, 16)}-${digest.slice(16, 20)}-${digest.slice(20, 32)}`;
  return `${application.replace(':app/', ':endpoint/')}/${id}`;
};

/** `MessageAttributes.entry.1.Name`, `….Value.StringValue` and so on. */
const attributesIn = (input: URLSearchParams): Record<string, string> => {
  const attributes: Record<string, string> = {};
  for (let i = 1; input.has(`MessageAttributes.entry.${i}.Name`); i += 1) {
    const value = input.get(`MessageAttributes.entry.${i}.Value.StringValue`);
    attributes[input.get(`MessageAttributes.entry.${i}.Name`) ?? ''] = value ?? '';
  }
  return attributes;
};

interface Shown {
  title?: string;
  body?: string;
}

/** What the phone would show, from the payload of its platform. */
const shownBy = (payload: string): Shown => {
  const { aps, fcmV1Message } = JSON.parse(payload) as {
    aps?: { alert?: Shown };
    fcmV1Message?: { message?: { notification?: Shown } };
  };
  return aps?.alert ?? fcmV1Message?.message?.notification ?? {};
};

export const createSns = (outbox: () => Outbox): Service => {
  const invalid = (message: string) => new AwsError('InvalidParameter', `Invalid parameter: ${message}`);

  const publish = (input: URLSearchParams): Answer => {
    const target = input.get('TargetArn') ?? '';
    const [, platform = '', id = ''] = /:endpoint\/([^/]+)\/[^/]+\/(.+)$/.exec(target) ?? [];
    if (id === '') throw invalid('TargetArn Reason: No endpoint found for the target arn specified');
    if (id.startsWith(dead)) throw new AwsError('EndpointDisabled', 'Endpoint is disabled');
    const messages = parsed(input.get('Message') ?? '');
    const payload = messages[platform] ?? JSON.stringify({ aps: { alert: { body: messages.default } } });
    const { title = '', body = '' } = shownBy(payload);
    outbox().add({
      kind: 'push',
      to: `${platform} ${id}`,
      title,
      text: body,
      details: { payload, ...attributesIn(input) },
    });
    return done('Publish', `<MessageId>${randomUUID()}</MessageId>`);
  };

  const parsed = (message: string): Record<string, string> => {
    try {
      const value = JSON.parse(message) as Record<string, string>;
      if (typeof value.default === 'string') return value;
    } catch {
      // Falls through to what SNS says of it.
    }
    throw invalid('Message Structure - No default entry in JSON message body');
  };

  const run: Record<string, (input: URLSearchParams) => Answer> = {
    CreatePlatformEndpoint: (input) => {
      const token = input.get('Token') ?? '';
      if (token === '') throw invalid('Token Reason: cannot be empty');
      const arn = endpointOf(input.get('PlatformApplicationArn') ?? '', token);
      return done('CreatePlatformEndpoint', `<EndpointArn>${escaped(arn)}</EndpointArn>`);
    },
    SetEndpointAttributes: () => done('SetEndpointAttributes'),
    DeleteEndpoint: () => done('DeleteEndpoint'),
    Publish: publish,
  };

  return {
    prepare(request) {
      const input = new URLSearchParams(request.body.toString());
      const operation = input.get('Action') ?? '';
      const work = run[operation];
      if (!work) throw new AwsError('InvalidAction', `The local cloud does not run sns:${operation}.`);
      const resource = input.get('TargetArn') ?? input.get('EndpointArn') ?? input.get('PlatformApplicationArn') ?? '*';
      const action = `sns:${operation}`;
      return { action, needs: [{ action, resource }], run: async () => work(input) };
    },
    spell: (error) => ({
      ...xml(
        error.status,
        `<ErrorResponse xmlns="${namespace}"><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${error.code}</Code><Message>${escaped(error.message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
      ),
      error: error.code,
    }),
    throttled: () => new AwsError('Throttled', 'Rate exceeded', 429),
    failed: () => new AwsError('InternalFailure', 'The request processing has failed.', 500),
    denied: (_need: Need, message: string) => new AwsError('AuthorizationError', message, 403),
    unauthenticated: () => new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403),
    unknownToken: () =>
      new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
  };
};
