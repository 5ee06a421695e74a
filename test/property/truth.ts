/** What is stored, read by the account's owner past everything that Parley does; and whether it agrees with itself. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import {
  changeFrom,
  conversationFrom,
  memberFrom,
  messageFrom,
  reactionsFrom,
  threadFrom,
} from '../../shared/data/items.ts';
import {
  changePrefix,
  conversationKey,
  hideKey,
  memberPrefix,
  messagePrefix,
  pinsKey,
  reactionsPrefix,
  threadPrefix,
} from '../../shared/data/keys.ts';
import type { Change } from '../../shared/domain/changes.ts';
import type { ConversationState, MemberState } from '../../shared/domain/conversation.ts';
import { caughtUp } from '../../shared/domain/posters.ts';
import { noReactions, type ReactionsState } from '../../shared/domain/reactions.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { ThreadSummary } from '../../shared/protocol/thread.ts';
import { complaintsAboutPins, complaintsAboutThreads, complaintsAboutVersions } from './beside.ts';
import { names } from './model.ts';

export interface Truth {
  conversation: ConversationState;
  members: MemberState[];
  messages: Message[];
  /** By number. */
  reactions: Map<number, ReactionsState>;
  changes: Change[];
  /** By the number of their roots. */
  threads: Map<number, ThreadSummary>;
  pins: { seq: number; rev: number }[];
  /** Numbers of messages of which an earlier version is kept, once for each. */
  versions: number[];
  /** By user, in order; of those who have deleted anything for themselves. */
  hidden: Record<string, number[]>;
  /** In order. */
  blockedBy: string[];
}

export const readTruth = async (
  client: DynamoDBDocumentClient,
  table: string,
  tenant: string,
  room: string,
): Promise<Truth | undefined> => {
  const partition = async (pk: string): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    const pages = paginateQuery(
      { client },
      {
        TableName: table,
        KeyConditionExpression: 'PK = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      },
    );
    for await (const page of pages) items.push(...(page.Items ?? []));
    return items;
  };
  const items = await partition(conversationKey(tenant, room).PK);
  const hidden = await Promise.all(
    names.map(async (name): Promise<[string, number[]][]> => {
      const { PK, SK } = hideKey(tenant, name, room, 0);
      const prefix = SK.slice(0, SK.lastIndexOf('#') + 1);
      const own = (await partition(PK)).filter((item) => String(item.SK).startsWith(prefix));
      return own.length === 0 ? [] : [[name, own.map((item) => Number(item.seq)).sort((a, b) => a - b)]];
    }),
  );
  const under = (prefix: string) => items.filter((item) => String(item.SK).startsWith(prefix));
  const [meta] = under('META');
  if (!meta) return undefined;
  const conversation = conversationFrom(meta);
  return {
    conversation,
    members: under(memberPrefix).map((item) => caughtUp(conversation, memberFrom(item))),
    messages: under(messagePrefix).map(messageFrom),
    reactions: new Map(
      under(reactionsPrefix).map((item) => [
        Number(String(item.SK).slice(reactionsPrefix.length)),
        reactionsFrom(item),
      ]),
    ),
    changes: under(changePrefix).map(changeFrom),
    threads: new Map(under(threadPrefix).map((item) => [Number(item.rootSeq), threadFrom(item)])),
    pins: (under(pinsKey(tenant, room).SK)[0]?.pins ?? []) as Truth['pins'],
    versions: under('HIST#').map((item) => Number(String(item.SK).split('#')[1])),
    hidden: Object.fromEntries(hidden.flat()),
    blockedBy: [...((meta.blockedBy ?? []) as Iterable<string>)].sort(),
  };
};

/** Numbers that were taken and hold nothing. */
export const holesIn = ({ conversation, messages }: Truth): number[] =>
  oneTo(conversation.seq).filter((seq) => !messages.some((one) => one.seq === seq));

/** @param founders who were members at the beginning, the owner first */
export const complaintsAbout = (truth: Truth, founders: readonly string[]): string[] => {
  const { conversation, members, messages, reactions, changes } = truth;
  const complaints: string[] = [];
  const expect = (isSo: boolean, otherwise: string) => {
    if (!isSo) complaints.push(otherwise);
  };
  const same = (a: unknown, b: unknown, what: string) =>
    expect(JSON.stringify(a) === JSON.stringify(b), `${what}: ${JSON.stringify(a)}, not ${JSON.stringify(b)}`);

  // Nobody reads a deleted conversation any more, so nobody closes its holes.
  if (!conversation.deletedAt) {
    const numbers = messages.map(({ seq }) => seq);
    same(numbers, oneTo(conversation.seq), 'numbers of messages');
    const newest = messages.findLast(({ status }) => status !== 'void');
    same(shownOf(conversation.lastMessage), shownOf(newest), 'preview, against the newest message');
  }
  same(
    changes.map(({ rev }) => rev),
    oneTo(conversation.rev),
    'numbers of changes',
  );
  same(conversation.memberCount, members.length, 'memberCount');
  same(conversation.ownerCount, members.filter(({ role }) => role === 'owner').length, 'ownerCount');
  expect(conversation.type === 'direct' || conversation.ownerCount > 0, 'a group without an owner');
  same(
    members.map(({ userId, role, rev }) => [userId, role, rev]).sort(),
    replayed(changes, conversation.type === 'direct' ? [] : founders, founders),
    'members, against what the changes tell',
  );
  for (const message of messages) {
    const own = changes.filter(
      (one) => (one.kind === 'message.updated' || one.kind === 'message.deleted') && one.seq === message.seq,
    );
    same(
      [message.rev, message.version],
      [own.at(-1)?.rev ?? 0, own.length + 1],
      `rev and version of number ${message.seq}`,
    );
    expect(
      message.status === 'deleted' ? own.at(-1)?.kind === 'message.deleted' : true,
      `number ${message.seq} is deleted without a change`,
    );
  }
  for (const { seq } of messages) {
    const state = reactions.get(seq) ?? noReactions;
    same(
      [state.rev, state.version, usersByEmoji(state)],
      replayedReactions(changes, seq),
      `reactions to number ${seq}, against what the changes tell`,
    );
  }
  return [
    ...complaints,
    ...complaintsAboutThreads(truth),
    ...complaintsAboutPins(truth),
    ...complaintsAboutVersions(truth),
  ];
};

const shownOf = (shown: Pick<Message, 'seq' | 'content' | 'status'> | null | undefined) =>
  shown ? [shown.seq, shown.content, shown.status] : null;

const oneTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

/** Who reacted, by emoji, each in order. */
export const usersByEmoji = ({ users }: ReactionsState = noReactions): Record<string, string[]> =>
  Object.fromEntries([...users].sort().map(([emoji, some]) => [emoji, [...some].sort()]));

/** The revision and the version of the reactions to a message, and the reactions, if the changes tell everything. */
const replayedReactions = (changes: readonly Change[], seq: number): unknown[] => {
  const users = new Map<string, Set<string>>();
  let [rev, version] = [0, 0];
  for (const change of changes) {
    if (!(change.kind === 'reaction.added' || change.kind === 'reaction.removed') || change.seq !== seq) continue;
    const some = users.get(change.emoji) ?? new Set();
    if (change.kind === 'reaction.added') users.set(change.emoji, some.add(change.userId));
    else some.delete(change.userId);
    if (some.size === 0) users.delete(change.emoji);
    [rev, version] = [change.rev, version + 1];
  }
  return [rev, version, usersByEmoji({ ...noReactions, users })];
};

/** Who is a member, in which role, by which revision, if the changes tell everything. */
const replayed = (changes: readonly Change[], [owner]: readonly string[], founders: readonly string[]): unknown[] => {
  const members = new Map(founders.map((user) => [user, [user, user === owner ? 'owner' : 'member', 0]]));
  for (const change of changes) {
    if (change.kind === 'member.added' || change.kind === 'member.updated')
      members.set(change.member.userId, [change.member.userId, change.member.role, change.rev]);
    if (change.kind === 'member.removed') members.delete(change.member.userId);
  }
  return [...members.values()].sort();
};
