/**
 * Asks a tenant's hook before a message is stored: docs/before-send-hook.md. Nothing here costs a tenant without a hook anything.
 * Each instance has a circuit breaker for each tenant.
 */
import type { Place } from '../data/places.ts';
import type { Caller } from '../domain/caller.ts';
import { admitted, afterCall, closedCircuit } from '../domain/circuit-breaker.ts';
import type { Clock } from '../domain/clock.ts';
import { type HookAnswer, type HookQuestion, hookAnswer } from '../protocol/before-send.ts';
import { Problem } from '../protocol/errors.ts';
import type { Invoke } from './invoke.ts';
import { logger } from './logger.ts';

export interface Hook {
  /** Parley's own, which asks an address, or the tenant's. Both take a question and return an answer. */
  functionArn: string;
  /** What becomes of a message that the hook says nothing of. */
  onFailure: 'allow' | 'refuse';
}

interface Deps {
  /** By tenant. */
  hooks: Readonly<Record<string, Hook>>;
  invoke: Invoke;
  clock: Clock;
}

/** All in all: whoever sends waits for it. */
const timeoutMs = 1_000;

export const createBeforeSend = ({ hooks, invoke, clock }: Deps) => {
  const known = new Map(Object.entries(hooks));
  const circuits = new Map<string, typeof closedCircuit>();
  const circuitOf = (tenant: string) => circuits.get(tenant) ?? closedCircuit;

  const call = async ({ functionArn }: Hook, question: HookQuestion): Promise<HookAnswer | undefined> => {
    try {
      const { data, success } = hookAnswer.safeParse(await invoke(functionArn, question, timeoutMs));
      if (success) return data;
      logger.warn('hook failed', { reason: 'no answer that is known' });
    } catch (error) {
      // A syntax error quotes what was answered.
      logger.warn('hook failed', { reason: error instanceof SyntaxError ? error.name : String(error) });
    }
    return undefined;
  };

  /** undefined where it said nothing, or was not even asked. */
  const answerOf = async (hook: Hook, question: HookQuestion): Promise<HookAnswer | undefined> => {
    const { tenantId } = question;
    const circuit = admitted(circuitOf(tenantId), clock.now().getTime());
    if (!circuit) {
      logger.warn('hook left alone');
      return undefined;
    }
    circuits.set(tenantId, circuit);
    const answer = await call(hook, question);
    circuits.set(tenantId, afterCall(circuitOf(tenantId), answer !== undefined, clock.now().getTime()));
    return answer;
  };

  return {
    /** Not of what the host's own backend says: it knows by itself, and a hook that posts would be asked about that. */
    isAskedOf: ({ tenant, roles }: Caller): boolean => known.has(tenant) && !roles.includes('service'),

    /**
     * @returns the draft, or what the hook makes of it
     * @throws Problem `message_refused` with the hook's reason; `hook_unavailable` where it said nothing, and that is to refuse
     */
    ask: async <D extends HookQuestion['draft']>(
      { caller, conversation: { id, type } }: Place,
      { event, messageId, draft }: { event: HookQuestion['event']; messageId: string | null; draft: D },
    ): Promise<D> => {
      const hook = known.get(caller.tenant);
      if (!hook) return draft;
      const { clientMessageId, content, contentType, attachments, replyTo, threadId } = draft;
      const answer = await answerOf(hook, {
        event,
        tenantId: caller.tenant,
        conversation: { id, type },
        sender: caller.user,
        messageId,
        draft: { clientMessageId, content, contentType, attachments, replyTo, threadId },
      });
      if (!answer && hook.onFailure === 'refuse') throw new Problem('hook_unavailable');
      if (answer?.action === 'refuse') {
        throw new Problem('message_refused', answer.reason ? { detail: answer.reason } : {});
      }
      if (answer?.action !== 'change') return draft;
      return {
        ...draft,
        content: answer.content ?? content,
        contentType: answer.contentType ?? contentType,
        attachments: answer.attachments ?? attachments,
      };
    },
  };
};
export type BeforeSend = ReturnType<typeof createBeforeSend>;
