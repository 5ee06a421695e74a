/** One run: a script played by a cast, judged step by step and at its end. */
import { setTimeout as pause } from 'node:timers/promises';
import { expectStateEqualsFreshFetch } from '../support/follower.ts';
import { fetchConversation } from '../support/fresh-fetch.ts';
import type { World } from '../support/world.ts';
import { unexplainedLetters, unexplainedLines } from './aftermath.ts';
import { assembleCast, type Seat } from './cast.ts';
import { checkEnding } from './finale.ts';
import { createLedger } from './ledger.ts';
import { createMarks } from './marks.ts';
import { type Name, names, type Outcome } from './model.ts';
import type { Done } from './orders.ts';
import { beat, overHttp, perform } from './perform.ts';
import { again, type Planned, resolve, seatOf } from './resolve.ts';
import { compareWithTruth, createRooms, judge, type Known, welcomedBy } from './rooms.ts';
import type { Script, Step, Wish } from './script.ts';
import type { Stage } from './stage.ts';
import { holesIn } from './truth.ts';
import { startWeather, troublesOf } from './weather.ts';

/** More would make a run slow rather than better. */
const mostRooms = 5;
/** A sender who gets no answer tries so often. */
const mostAttempts = 4;

interface Played extends Planned {
  outcome: Outcome;
}

/** @throws an error that tells what is wrong, and everything that happened before */
export const play = async (world: World, stage: Stage, { weather, steps }: Script, run: string): Promise<void> => {
  const { cloud } = world;
  const { faults } = cloud;
  const strike = troublesOf(faults);
  const trace: string[] = [];
  let moment = 0;
  const tick = () => ++moment;
  const began = Date.now();
  const write = (line: string) => trace.push(`${String(Date.now() - began).padStart(6)} ms  ${line}`);
  const tell = (line: string) => write(`${tick()} ${line}`);
  const cast = await assembleCast(world, run, weather.fastLaneOpen, weather.young ? undefined : stage.age);
  const rooms = createRooms();
  const ledger = createLedger();
  const marks = createMarks();
  const scene = { cast, rooms, ledger, tick };
  const perhaps = new Set<string>();
  /** In this step. */
  let settingsChange = false;
  const truthOf = ({ tenant, id }: Known) => stage.truth(tenant, id);

  const found = async ({ who, whom, flag, kind }: Pick<Wish, 'who' | 'whom' | 'flag' | 'kind'>, tenant: string) => {
    const by = names[who] ?? 'ada';
    const other = names.filter((name) => name !== by)[whom % 3] ?? 'bob';
    const others = names.filter((name, i) => name !== by && whom & (1 << i));
    const title = `Room ${tick()}`;
    const body =
      kind === 'pair'
        ? { type: 'direct', memberIds: [other] }
        : { type: 'group', memberIds: others, title, settings: { open: flag } };
    const outcome = await overHttp(cast.person(tenant, by), 'POST', '/api/conversations', body);
    tell(`${tenant} ${by} founds ${JSON.stringify(body)} → ${outcome.code}`);
    if (outcome.code === 'unknown') perhaps.add(kind === 'pair' ? [by, other].sort().join() : title);
    else if (outcome.code !== 'ok') throw new Error(`Founding was refused: ${outcome.code}`);
    else {
      const { id } = outcome.answer as { id: string };
      if (kind === 'pair') rooms.found(tenant, id, [by, other].sort(), { type: 'direct', title: null, open: false });
      else rooms.found(tenant, id, [by, ...others], { type: 'group', title, open: flag });
    }
  };

  const reconnect = async (seat: Seat) => {
    seat.busy = true;
    await cast.reconnect(seat);
    tell(`${seat.tenant} ${seat.name} is connected anew`);
  };

  const beatAt = async (seat: Seat, status: 'online' | 'away') => {
    seat.busy = true;
    const device = seat.follower?.device;
    if (!device) return;
    seat.status = undefined;
    if (await beat(device, status)) seat.status = status;
    tell(`${seat.tenant} ${seat.name} is ${status}: ${seat.status ?? 'unknown'}`);
  };

  /** Sends that got no answer, and whose senders try again. */
  const unanswered = () =>
    ledger.entries.filter((one) => one.uncertain && !one.answered && !one.over && one.attempts < mostAttempts);

  const plan = (step: Step): { planned: (Planned & { after: number })[]; others: (() => Promise<void>)[] } => {
    const planned: (Planned & { after: number })[] = [];
    const others = cast.seats.filter((seat) => !cast.isOpen(seat)).map((seat) => () => reconnect(seat));
    for (const sent of unanswered().slice(0, 2)) {
      const door = { door: sent.attempts };
      planned.push({ ...again(sent, seatOf(cast, sent.tenant, sent.sender as Name, door)), after: 0 });
    }
    for (const wish of step.wishes) {
      const tenant = cast.tenants[wish.elsewhere ? 1 : 0];
      if (wish.kind === 'reconnect' || wish.kind === 'beat') {
        const open = cast.seats.filter((seat) => cast.isOpen(seat) && !seat.busy);
        const seat = open[wish.whom % Math.max(1, open.length)];
        if (!seat) continue;
        seat.busy = true;
        others.push(() => (wish.kind === 'beat' ? beatAt(seat, wish.flag ? 'online' : 'away') : reconnect(seat)));
      } else if (wish.kind === 'found' || wish.kind === 'pair') {
        if (rooms.of(tenant).length < mostRooms) others.push(() => found(wish, tenant));
      } else {
        const one = resolve(wish, scene);
        if (!one) continue;
        planned.push({ ...one, after: wish.after });
        const { sent } = one;
        if (wish.kind !== 'send' || !sent) continue;
        sent.over = wish.whom % 5 === 0;
        // The same send twice at once, from two places.
        if (wish.whom % 5 === 1) {
          const seat = seatOf(cast, sent.tenant, sent.sender as Name, { door: wish.door + 1 });
          planned.push({ ...again(sent, seat), after: wish.after });
        }
      }
    }
    return { planned, others };
  };

  const playOne = async ({ after, ...one }: Planned & { after: number }): Promise<Played> => {
    if (after > 0) await pause(after);
    const { command, sent } = one;
    for (const user of welcomedBy(command.action, command.by)) rooms.get(command.room)?.welcomedAt.set(user, tick());
    const begun = tick();
    const outcome = await perform(cast.person(command.tenant, command.by), command);
    const at = tick();
    const door = command.seat ? `device ${cast.seats.indexOf(command.seat)}` : 'HTTP';
    write(
      `${begun}–${at} ${command.tenant} ${command.by} in ${command.room} by ${door}: ${JSON.stringify(command.action)} → ${outcome.code} ${brief(outcome.answer)}`,
    );
    if (sent) settle(sent, outcome, at);
    if (command.action.kind === 'mark' && rooms.get(command.room)?.tenant === command.tenant)
      marks.note(command.room, command.by, command.action, outcome);
    const isAllShown =
      !settingsChange && rooms.get(command.room)?.states.every(({ settings }) => settings.historyFrom === 'start');
    if (command.action.kind === 'read' && outcome.code === 'ok' && isAllShown)
      checkRead(command.room, outcome.answer, begun);
    return { ...one, outcome };
  };

  const settle = (sent: NonNullable<Planned['sent']>, outcome: Outcome, at: number) => {
    if (outcome.code === 'unknown') sent.uncertain = true;
    else if (outcome.code !== 'ok') sent.over = true;
    else {
      const { seq } = outcome.answer as { seq: number };
      sent.answered ??= { seq, at };
      if (sent.answered.seq !== seq)
        throw new Error(`${sent.content} was answered as ${sent.answered.seq}, then as ${seq}`);
    }
  };

  const checkRead = (room: string, answer: unknown, begun: number) => {
    const { messages, hidden } = answer as { messages: { seq: number; status: string }[]; hidden: number[] };
    for (const one of ledger.inRoom(room)) {
      if (!one.answered || one.answered.at > begun || hidden.includes(one.answered.seq)) continue;
      const found = messages.find(({ seq }) => seq === one.answered?.seq);
      if (!found || found.status === 'void') throw new Error(`${one.content} was answered, and is not in the history`);
    }
  };

  const judgeAll = async (played: readonly Played[]) => {
    for (const { command, outcome } of played) {
      const isAstray = rooms.get(command.room)?.tenant !== command.tenant;
      if (isAstray && outcome.code !== 'not_found' && outcome.code !== 'unknown')
        throw new Error(`The other tenant was answered ${outcome.code} to ${JSON.stringify(command.action)}`);
    }
    const toLookAt: Known[] = [];
    let isOpen = false;
    for (const known of rooms.all) {
      const done: Done[] = played
        .filter(({ command }) => command.room === known.id && command.tenant === known.tenant)
        .map(({ command: { by, action }, outcome }) => ({ by, action, outcome }));
      judge(known, done);
      const isVague = done.some(
        ({ outcome, action }) => outcome.code === 'unknown' && !['read', 'send', 'mark', 'type'].includes(action.kind),
      );
      isOpen ||= isVague;
      if (isVague || known.states.length > 1) toLookAt.push(known);
    }
    // Who got no answer does not know when it was done; once nothing runs any more, it was done or it was not.
    if (isOpen) await cloud.settled();
    for (const known of toLookAt) compareWithTruth(known, await truthOf(known));
  };

  const playStep = async (step: Step) => {
    for (const trouble of step.troubles) {
      tell(`trouble: ${JSON.stringify(trouble)}`);
      strike(trouble);
    }
    const stopCutting = step.cuts > 0 ? faults.add({ sockets: step.cuts }) : () => undefined;
    if (step.cuts > 0) tell(`sockets are cut: ${step.cuts}`);
    const { planned, others } = plan(step);
    settingsChange = planned.some(({ command }) => command.action.kind === 'set');
    const [played] = await Promise.all([Promise.all(planned.map(playOne)), ...others.map((one) => one())]);
    stopCutting();
    for (const seat of cast.seats) seat.busy = false;
    await judgeAll(played);
    await cast.catchUp();
  };

  const rest = () => stage.rest();

  const closeHoles = async () => {
    let until = 0;
    const torn: Known[] = [];
    for (const known of rooms.all) {
      const truth = await truthOf(known);
      if (!truth || truth.conversation.deletedAt || holesIn(truth).length === 0) continue;
      tell(`${known.id} has holes: ${holesIn(truth)}`);
      torn.push(known);
      until = Math.max(until, Date.parse(truth.conversation.lastActivityAt) + stage.holeAgeMs);
    }
    if (torn.length === 0) return;
    await pause(Math.max(0, until - Date.now() + 20));
    for (const { tenant, id, states } of torn) {
      const reader = names.find((name) => states[0]?.members[name]);
      if (reader) await fetchConversation(cast.person(tenant, reader), id);
    }
    await rest();
  };

  const finish = async () => {
    faults.clear();
    tell('the weather clears up');
    for (const sent of ledger.entries) if (!sent.over && sent.uncertain && !sent.answered) sent.attempts = 0;
    const calm: Step = { troubles: [], cuts: 0, wishes: [] };
    do await playStep(calm);
    while (unanswered().length > 0 || cast.seats.some((seat) => !cast.isOpen(seat)));
    await rest();
    await closeHoles();
    await checkEnding({ cast, rooms, ledger, marks, perhaps, truthOf });
    for (const [i, seat] of cast.seats.entries())
      if (seat.follower) await expectStateEqualsFreshFetch(seat.follower, `${seat.tenant} ${seat.name}, device ${i},`);
    const deadLetters = await stage.takeDeadLetters();
    const strange = [...unexplainedLines(world.logs), ...(await unexplainedLetters(deadLetters, stage.isGone))];
    if (strange.length > 0) throw new Error(`Nothing explains\n${strange.join('\n')}`);
  };

  try {
    world.logs.length = 0;
    faults.clear();
    await Promise.all(cast.seats.map(reconnect));
    for (const seat of cast.seats) seat.busy = false;
    for (const tenant of cast.tenants) await found({ who: 0, whom: 6, flag: false, kind: 'found' }, tenant);
    startWeather(faults, weather);
    for (const step of steps) await playStep(step);
    await finish();
  } catch (error) {
    const { message, stack = '' } = error as Error;
    const place = stack.split('\n').find((line) => line.includes('/test/')) ?? '';
    throw new Error(
      `${message}\n${place}\n\nWhat happened (${run}, ${JSON.stringify(weather)}):\n${trace.join('\n')}\n`,
    );
  } finally {
    faults.clear();
    await cast.goHome();
    await rest();
    await stage.takeDeadLetters();
  }
};

const brief = (answer: unknown): string => (JSON.stringify(answer) ?? '').slice(0, 200);
