/**
 * What a run is made of, as fast-check draws and shrinks it: wishes that name nobody and nothing in particular, so that a script still
 * makes sense with any of its steps left out. `cast.ts` and `resolve.ts` find out who and what is meant.
 */
import fc from 'fast-check';
import type { Fault } from '../../infra/local/ports.ts';

const kinds = [
  { arbitrary: fc.constant('send' as const), weight: 11 },
  { arbitrary: fc.constant('repeat' as const), weight: 1 },
  { arbitrary: fc.constant('edit' as const), weight: 3 },
  { arbitrary: fc.constant('delete' as const), weight: 2 },
  { arbitrary: fc.constant('react' as const), weight: 6 },
  { arbitrary: fc.constant('unreact' as const), weight: 3 },
  { arbitrary: fc.constant('add' as const), weight: 3 },
  { arbitrary: fc.constant('appoint' as const), weight: 3 },
  { arbitrary: fc.constant('remove' as const), weight: 3 },
  { arbitrary: fc.constant('join' as const), weight: 2 },
  { arbitrary: fc.constant('leave' as const), weight: 2 },
  { arbitrary: fc.constant('retitle' as const), weight: 2 },
  { arbitrary: fc.constant('set' as const), weight: 4 },
  { arbitrary: fc.constant('hide' as const), weight: 2 },
  { arbitrary: fc.constant('pin' as const), weight: 2.5 },
  { arbitrary: fc.constant('unpin' as const), weight: 1 },
  { arbitrary: fc.constant('read thread' as const), weight: 2 },
  { arbitrary: fc.constant('type' as const), weight: 2 },
  { arbitrary: fc.constant('beat' as const), weight: 2.5 },
  { arbitrary: fc.constant('block' as const), weight: 1.5 },
  { arbitrary: fc.constant('unblock' as const), weight: 2 },
  { arbitrary: fc.constant('end' as const), weight: 0.2 },
  { arbitrary: fc.constant('read' as const), weight: 2 },
  { arbitrary: fc.constant('mark' as const), weight: 5 },
  { arbitrary: fc.constant('keep' as const), weight: 4 },
  { arbitrary: fc.constant('found' as const), weight: 0.6 },
  { arbitrary: fc.constant('pair' as const), weight: 0.8 },
  { arbitrary: fc.constant('reconnect' as const), weight: 2 },
].map(({ arbitrary, weight }) => ({ arbitrary, weight: weight * 10 }));

export interface Wish {
  kind:
    | 'send'
    | 'repeat'
    | 'edit'
    | 'delete'
    | 'react'
    | 'unreact'
    | 'add'
    | 'appoint'
    | 'remove'
    | 'join'
    | 'leave'
    | 'retitle'
    | 'set'
    | 'hide'
    | 'pin'
    | 'unpin'
    | 'read thread'
    | 'type'
    | 'beat'
    | 'block'
    | 'unblock'
    | 'end'
    | 'read'
    | 'mark'
    | 'keep'
    | 'found'
    | 'pair'
    | 'reconnect';
  /** In the second tenant, whose people have the same names. */
  elsewhere: boolean;
  /** About a room of the other tenant. */
  astray: boolean;
  who: number;
  /** Rather somebody who may. */
  entitled: boolean;
  whom: number;
  room: number;
  /** Counted from the newest. */
  message: number;
  /** 0 is HTTP, others are devices. */
  door: number;
  role: 'owner' | 'admin' | 'member';
  /** Of what is said, to what was said before. */
  refers: 'not' | 'quote' | 'reply' | 'both';
  flag: boolean;
  /** Milliseconds after the first of its bundle. */
  after: number;
}

const wish: fc.Arbitrary<Wish> = fc.record({
  kind: fc.oneof(...kinds),
  elsewhere: rarely(6),
  astray: rarely(25),
  who: fc.nat(3),
  entitled: fc.boolean(),
  whom: fc.nat(15),
  room: fc.nat(9),
  message: fc.oneof({ arbitrary: fc.constant(0), weight: 2 }, { arbitrary: fc.nat(20), weight: 3 }),
  door: fc.nat(2),
  role: fc.constantFrom('member', 'admin', 'owner'),
  refers: fc.constantFrom('not', 'not', 'quote', 'reply', 'reply', 'both'),
  flag: fc.boolean(),
  after: fc.nat(12),
});

/** True once in `n`. */
function rarely(n: number): fc.Arbitrary<boolean> {
  return fc.oneof({ arbitrary: fc.constant(false), weight: n - 1 }, { arbitrary: fc.constant(true), weight: 1 });
}

/** A fault that strikes a few calls and is then over. */
export interface Trouble {
  function: string;
  action: string;
  fault: Fault;
  after: number;
  times: number;
}

const senders = 'WebSocket/message-send|Http/messages-create';
/** A send that takes its time, while others come and go. */
const slowSend: fc.Arbitrary<Trouble> = fc.record({
  function: fc.constant(senders),
  action: fc.constantFrom('dynamodb:(PutItem|UpdateItem)', 'execute-api:ManageConnections'),
  fault: fc.integer({ min: 40, max: 300 }).map((ms): Fault => ({ kind: 'delay', ms })),
  after: fc.nat(3),
  times: fc.integer({ min: 1, max: 3 }),
});

const failure: fc.Arbitrary<Trouble> = fc
  .record({
    function: fc.constantFrom(
      senders,
      senders,
      'Stream/fanout',
      '^(Http|WebSocket)/',
      'WebSocket/(connect|disconnect)',
      'Queue/redeliver',
      'Queue/mention-count',
      '^Http/members',
      'messages?-(update|edit|delete|list|hide)',
      'pins-|threads-|conversations-update',
      'blocks-|typing-|presence-heartbeat',
      'reactions?-(add|remove)',
      '(Http|WebSocket)/sync',
      'receipt-|-read$',
    ),
    action: fc.constantFrom(
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:(BatchGetItem|GetItem|Query)',
      'dynamodb:TransactWriteItems',
      'dynamodb:',
      'execute-api:ManageConnections',
      '',
    ),
    fault: fc.oneof(
      fc.constantFrom<Fault>(
        { kind: 'crash-before' },
        { kind: 'crash-after' },
        { kind: 'crash-after' },
        { kind: 'error' },
        { kind: 'throttle' },
      ),
      fc.integer({ min: 20, max: 300 }).map((ms): Fault => ({ kind: 'delay', ms })),
    ),
    after: fc.nat(3),
    times: fc.oneof({ arbitrary: fc.constant(1), weight: 4 }, { arbitrary: fc.integer({ min: 2, max: 5 }), weight: 1 }),
  })
  .map(withinRetries);

/** What nobody waits for is tried again a few times and then given up, which is no more than was promised: it does not come to that. */
function withinRetries(trouble: Trouble): Trouble {
  return /^(Stream|Queue)/.test(trouble.function) ? { ...trouble, times: Math.min(trouble.times, 2) } : trouble;
}

export const posters = `Stream/fanout|${senders}`;
/** The gateway takes no posts for a while: the fast lane reaches nobody, and the fan-out leaves it to the redelivery queue. */
const failedPosts: fc.Arbitrary<Trouble> = fc.record({
  function: fc.constant(posters),
  action: fc.constant('execute-api:ManageConnections'),
  fault: fc.constantFrom<Fault>({ kind: 'error' }, { kind: 'throttle' }),
  after: fc.nat(3),
  times: fc.integer({ min: 4, max: 16 }),
});

const trouble = fc.oneof(
  { arbitrary: failure, weight: 6 },
  { arbitrary: slowSend, weight: 2 },
  { arbitrary: failedPosts, weight: 1 },
);

export interface Step {
  troubles: Trouble[];
  /** Probability that a socket is cut at a frame, for this step. */
  cuts: number;
  /** Begun at once. */
  wishes: Wish[];
}

const mostlyNone = <T>(some: fc.Arbitrary<T>, n: number) =>
  fc.oneof(
    { arbitrary: fc.constant([] as T[]), weight: n - 1 },
    { arbitrary: fc.array(some, { minLength: 1, maxLength: 2 }), weight: 1 },
  );

const step: fc.Arbitrary<Step> = fc.record({
  troubles: mostlyNone(trouble, 3),
  cuts: fc.oneof({ arbitrary: fc.constant(0), weight: 9 }, { arbitrary: fc.constantFrom(0.1, 0.4), weight: 1 }),
  wishes: fc.oneof(
    { arbitrary: fc.array(wish, { minLength: 1, maxLength: 1 }), weight: 1 },
    { arbitrary: fc.array(wish, { minLength: 2, maxLength: 6 }), weight: 1 },
  ),
});

/** What goes wrong all the time, by chance. */
export interface Weather {
  seed: number;
  duplicates: number;
  delays: number;
  errors: number;
  fastLaneOpen: boolean;
  /** Connections count as just opened for the whole run: one that is gone is taken for one that is still opening. */
  young: boolean;
}

const weather: fc.Arbitrary<Weather> = fc.record({
  seed: fc.nat(1_000_000),
  duplicates: fc.constantFrom(0, 0, 0.3, 1),
  delays: fc.constantFrom(0, 0, 0.5),
  errors: fc.constantFrom(0, 0, 0.02),
  fastLaneOpen: rarely(4).map((isClosed) => !isClosed),
  young: rarely(4),
});

export interface Script {
  weather: Weather;
  steps: Step[];
}

export const script = (minSteps: number, maxSteps: number): fc.Arbitrary<Script> =>
  fc.record({ weather, steps: fc.array(step, { minLength: minSteps, maxLength: maxSteps, size: 'max' }) });
