/** Asks a tenant's hook that has an address: a signed request, answered with JSON within a second. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Webhook as Signature } from 'standardwebhooks';
import type { Clock } from '../domain/clock.ts';
import type { HookQuestion } from '../protocol/before-send.ts';
import { postPinned } from './pinned-post.ts';
import { RefusedAddress, type Resolve } from './webhook-addresses.ts';

interface Deps {
  url: string;
  allowLocal: boolean;
  resolve: Resolve;
  /** What Secrets Manager says now. */
  secret: () => Promise<string>;
  clock: Clock;
}

const timeoutMs = 1_000;
/** So long a secret that was replaced may still sign. */
const secretLifeMs = 300_000;
const longestAnswer = 1_000_000;

/** Says nothing of what was asked, where, or what was answered: Lambda logs it. */
class HookFailed extends Error {
  override readonly name = 'HookFailed';
}

export const createHookPost = ({ url, allowLocal, resolve, secret, clock }: Deps) => {
  let known: { value: Promise<string>; until: number } | undefined;
  const secretNow = (): Promise<string> => {
    const now = clock.now().getTime();
    if (!known || now >= known.until) {
      const value = secret();
      value.catch(() => {
        known = undefined;
      });
      known = { value, until: now + secretLifeMs };
    }
    return known.value;
  };

  const answerTo = async (question: HookQuestion, signal: AbortSignal): Promise<unknown> => {
    const [now, id, body] = [clock.now(), `hook_${randomUUID()}`, JSON.stringify(question)];
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'Parley-Hooks/1',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Signature(await secretNow()).sign(id, now, body),
    };
    const answer = await postPinned(url, { body, headers, signal, allowLocal, resolve });
    const { statusCode = 0 } = answer;
    if (statusCode < 200 || statusCode > 299) {
      answer.destroy();
      throw new HookFailed(`The hook answered ${statusCode}.`);
    }
    return jsonOf(await wholeOf(answer));
  };

  /** @throws HookFailed whatever keeps it from an answer */
  return async (question: HookQuestion): Promise<unknown> => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await answerTo(question, signal);
    } catch (error) {
      if (error instanceof HookFailed) throw error;
      if (error instanceof RefusedAddress) throw new HookFailed(`The hook's address ${error.message}.`);
      throw new HookFailed(signal.aborted ? 'The hook did not answer in time.' : 'The hook could not be asked.');
    }
  };
};

/** Ends with the request's own time. */
const wholeOf = async (answer: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk;
    if (text.length > longestAnswer) throw new HookFailed('The hook answered too much.');
  }
  return text;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new HookFailed('The hook answered no JSON.');
  }
};
