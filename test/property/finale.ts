/** What must be true once everything has come to rest. */
import type { Message } from '../../shared/protocol/message.ts';
import type { Presence } from '../../shared/protocol/presence.ts';
import type { MessageReceipts } from '../../shared/protocol/receipts.ts';
import type { Fetched } from '../support/client-state.ts';
import { fetched, fetchState } from '../support/fresh-fetch.ts';
import type { Person } from '../support/person.ts';
import type { Cast, Seat } from './cast.ts';
import { complaintsAboutMessages, type Ledger } from './ledger.ts';
import { complaintsAboutReceipts, complaintsAboutWatermarks, type Marks } from './marks.ts';
import { type Name, names } from './model.ts';
import { compareWithTruth, type Known, type Rooms } from './rooms.ts';
import { complaintsAbout, type Truth } from './truth.ts';

export interface Ending {
  cast: Cast;
  rooms: Rooms;
  ledger: Ledger;
  marks: Marks;
  /** Titles of groups, and pairs, whose founding was not answered. */
  perhaps: ReadonlySet<string>;
  truthOf(known: Known): Promise<Truth | undefined>;
}

/** @throws with everything that is wrong */
export const checkEnding = async (ending: Ending): Promise<void> => {
  const { cast, rooms, ledger, marks } = ending;
  const complaints: string[] = [];
  const truths = new Map<string, Truth>();
  for (const known of rooms.all) {
    const truth = await ending.truthOf(known);
    compareWithTruth(known, truth);
    if (!truth) continue;
    truths.set(known.id, truth);
    const about = [
      ...complaintsAbout(truth, known.founders),
      ...complaintsAboutMessages(truth.messages, ledger.inRoom(known.id)),
      ...complaintsAboutWatermarks(truth, marks.inRoom(known.id)),
    ];
    complaints.push(...about.map((one) => `${known.id}: ${one}`));
  }
  for (const tenant of cast.tenants) {
    for (const name of names) {
      const person = cast.person(tenant, name);
      const all = await fetchState(person);
      const about = [
        ...complaintsAboutFetched(all, tenant, name, ending, truths),
        ...(await complaintsAboutNewest(person, all, truths)),
      ];
      complaints.push(...about.map((one) => `${tenant} ${name}: ${one}`));
    }
  }
  for (const tenant of cast.tenants) complaints.push(...(await complaintsAboutPresence(cast, tenant)));
  complaints.push(...cast.seats.flatMap((seat) => leaksTo(seat, rooms, ledger)));
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
};

/** Who is there, as they see it themselves. A connection that vanished unseen counts for a while, and may make somebody more present. */
const complaintsAboutPresence = async (cast: Cast, tenant: string): Promise<string[]> => {
  const complaints: string[] = [];
  for (const name of names) {
    const open = cast.seats.filter((seat) => seat.tenant === tenant && seat.name === name && cast.isOpen(seat));
    if (open.length === 0 || open.some(({ status }) => status === undefined)) continue;
    const isOnline = open.some(({ status }) => status === 'online');
    const told = await fetched<Presence>(cast.person(tenant, name), `/api/users/${name}/presence`);
    const expected = isOnline ? ['online'] : ['away', 'online'];
    if (!told || !expected.includes(told.status))
      complaints.push(`${tenant} ${name} is ${told?.status}, not ${expected.join(' or ')}`);
  }
  return complaints;
};

/** Who has read the newest message of each conversation, as they are told. */
const complaintsAboutNewest = async (
  person: Person,
  all: readonly Fetched[],
  truths: ReadonlyMap<string, Truth>,
): Promise<string[]> => {
  const complaints: string[] = [];
  for (const { own, messages } of all) {
    const truth = truths.get(own.id);
    const newest = messages.findLast(({ status }) => status !== 'void');
    if (!truth || !newest) continue;
    const told = await fetched<MessageReceipts>(person, `/api/messages/${newest.id}/receipts`);
    complaints.push(...(told ? complaintsAboutReceipts(truth, newest, told) : [`no receipts of ${newest.id}`]));
  }
  return complaints;
};

/** What somebody fetches is what they are a member of, as it is stored, and nothing else. */
const complaintsAboutFetched = (
  fetched: readonly Fetched[],
  tenant: string,
  name: Name,
  { rooms, perhaps }: Ending,
  truths: ReadonlyMap<string, Truth>,
): string[] => {
  const expected = rooms.of(tenant).filter(({ states: [state] }) => state && !state.ended && state.members[name]);
  const missing = expected.filter(({ id }) => !fetched.some(({ own }) => own.id === id)).map(({ id }) => id);
  const times = fetched.flatMap(({ own, members }) => {
    const joinedAt = members.find(({ userId }) => userId === name)?.joinedAt ?? '';
    if (own.pinnedAt || own.archivedAt) return [];
    return [joinedAt > own.lastActivityAt ? joinedAt : own.lastActivityAt];
  });
  return [
    ...missing.map((id) => `${id} is not in the inbox`),
    ...(times.join() === times.toSorted().reverse().join() ? [] : [`the inbox is out of order: ${times.join()}`]),
    ...fetched.flatMap(({ own, members, messages }) => {
      const truth = truths.get(own.id);
      const isKnown = expected.some(({ id }) => id === own.id);
      if (!isKnown || !truth) {
        const isPerhaps = perhaps.has(String(own.title)) || perhaps.has(String(own.memberIds));
        return isPerhaps && !rooms.get(own.id) ? [] : [`sees ${own.id}`];
      }
      const member = truth.members.find(({ userId }) => userId === name);
      const isSeen = sightOf(truth, name);
      const told = [own.seq, own.rev, own.memberCount, own.role, own.unreadCount, members.length, ids(messages)];
      const { conversation } = truth;
      const unread = conversation.seq - (member?.lastReadSeq ?? 0);
      const stored = [
        conversation.seq,
        conversation.rev,
        truth.members.length,
        member?.role,
        unread,
        truth.members.length,
        ids(truth.messages.filter(isSeen)),
      ];
      return JSON.stringify(told) === JSON.stringify(stored)
        ? []
        : [`fetches ${JSON.stringify(told)} of ${own.id}, stored is ${JSON.stringify(stored)}`];
    }),
  ];
};

/** What somebody sees of what was said. */
const sightOf = ({ conversation, members, hidden }: Truth, name: string) => {
  const joinedSeq = members.find(({ userId }) => userId === name)?.joinedSeq ?? 0;
  const after = conversation.settings.historyFrom === 'join' ? joinedSeq : 0;
  return ({ seq }: Message) => seq > after && !hidden[name]?.includes(seq);
};

const ids = (messages: readonly Message[]) =>
  messages.map(({ seq, rev, status, content }) => `${seq}/${rev} ${status} ${content}`);

/** Nobody hears of another tenant, nor what was said after they had gone. */
const leaksTo = (seat: Seat, rooms: Rooms, ledger: Ledger): string[] => [
  ...seat.devices
    .flatMap((device) => [...device.heard('typing.started'), ...device.heard('typing.stopped')])
    .flatMap(({ conversationId, userId }) => {
      const known = rooms.get(conversationId);
      const isAstray = known && known.tenant !== seat.tenant;
      return isAstray ? [`${seat.name} saw ${userId} of another tenant type in ${conversationId}`] : [];
    }),
  ...seat.devices
    .flatMap((device) => device.heard('message.new'))
    .flatMap((message) => {
      const known = rooms.get(message.conversationId);
      if (known && known.tenant !== seat.tenant) return [`${seat.name} heard ${message.id} of another tenant`];
      const sent = ledger.inRoom(message.conversationId).find((one) => one.clientMessageId === message.clientMessageId);
      const isOut = sent?.outsiders.includes(seat.name) && (known?.welcomedAt.get(seat.name) ?? 0) < sent.begun;
      return isOut
        ? [`${seat.name} had left ${message.conversationId} when ${message.content} was sent, and heard it`]
        : [];
    }),
];
