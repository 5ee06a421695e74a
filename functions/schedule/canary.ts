/**
 * Once a minute, two people of a tenant of their own log in, one by a token and one by a ticket, and one writes to the other: over the
 * same doors as everybody, and as far as the stream's fan-out. What it finds out are metrics; it fails by saying so and never by throwing.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { ask, openSocket, type Socket } from '../../shared/runtime/canary-client.ts';
import { correlationOf, describeError, logger, setLogContext } from '../../shared/runtime/logger.ts';
import { flushMetrics, measure } from '../../shared/runtime/metrics.ts';
import { settingsFrom } from '../../shared/runtime/settings.ts';
import { createSigningKey, type SigningKey } from '../../shared/runtime/signing-key.ts';

interface Deps {
  key: Pick<SigningKey, 'sign'>;
  issuer: string;
  httpUrl: string;
  webSocketUrl: string;
}

/** For all of it: it begins anew in the next minute. */
const patienceMs = 25_000;
const tokenLifeSeconds = 3_600;
/** A token is used until so long before its end. */
const spareSeconds = 300;

const [writer, reader] = ['canary-writer', 'canary-reader'] as const;

export const canary = ({ key, issuer, httpUrl, webSocketUrl }: Deps) => {
  const tokens = new Map<string, { text: Promise<string>; until: number }>();
  let conversation: Promise<{ id: string }> | undefined;

  const tokenOf = (sub: string): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    const known = tokens.get(sub);
    if (known && now < known.until) return known.text;
    const exp = now + tokenLifeSeconds;
    const text = key.sign({ iss: issuer, aud: 'parley', sub, iat: now, exp });
    tokens.set(sub, { text, until: exp - spareSeconds });
    text.catch(() => tokens.delete(sub));
    return text;
  };

  /** The one that they have, whoever asks for it first. */
  const conversationOf = (token: string, signal: AbortSignal): Promise<{ id: string }> => {
    const body = { type: 'direct', memberIds: [reader] };
    conversation ??= ask<{ id: string }>(`${httpUrl}/api/conversations`, { token, body, signal });
    conversation.catch(() => {
      conversation = undefined;
    });
    return conversation;
  };

  const sendAndReceive = async (traceparent: string, sockets: Socket[], at: (step: string) => void): Promise<void> => {
    const signal = AbortSignal.timeout(patienceMs);
    const opened = async (query: string): Promise<Socket> => {
      const socket = await openSocket(`${webSocketUrl}?${query}`, signal);
      sockets.push(socket);
      return socket;
    };
    at('log in');
    const [token, readersToken] = await Promise.all([tokenOf(writer), tokenOf(reader)]);
    const { ticket } = await ask<{ ticket: string }>(`${httpUrl}/api/ws-tickets`, {
      token: readersToken,
      body: {},
      signal,
    });
    const { id: conversationId } = await conversationOf(token, signal);
    at('connect');
    const readers = await opened(`ticket=${encodeURIComponent(ticket)}`);
    const writers = await opened(`token=${encodeURIComponent(token)}`);
    at('send');
    const clientMessageId = randomUUID();
    const data = { conversationId, clientMessageId, content: 'Tweet.' };
    const began = performance.now();
    writers.send({ event: 'message.send', id: clientMessageId, data, traceparent });
    const answer = await writers.hears(({ id }) => id === clientMessageId);
    if (answer.event !== 'message.sent') throw new Error(`It was answered ${String(answer.data.code)}.`);
    measure('CanarySendToAck', performance.now() - began);
    at('receive');
    await readers.hears((frame) => frame.event === 'message.new' && frame.data.clientMessageId === clientMessageId);
    measure('CanarySendToReceive', performance.now() - began);
  };

  return async (_: unknown, { awsRequestId }: Context): Promise<void> => {
    const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
    setLogContext({ correlationId: correlationOf(traceparent, awsRequestId), operation: 'canary' });
    const sockets: Socket[] = [];
    let step = '';
    try {
      await sendAndReceive(traceparent, sockets, (next) => {
        step = next;
      });
      measure('CanarySuccess', 1);
      logger.info('done');
    } catch (error) {
      measure('CanarySuccess', 0);
      logger.error('failed', { step, error: describeError(error) });
    } finally {
      for (const socket of sockets) socket.close();
      flushMetrics();
    }
  };
};

const settings = settingsFrom(process.env);

export const handler = canary({
  key: createSigningKey(settings.CANARY_KEY_ARN),
  issuer: settings.CANARY_ISSUER,
  httpUrl: settings.CHAT_HTTP_URL,
  webSocketUrl: settings.CHAT_WEBSOCKET_URL,
});
