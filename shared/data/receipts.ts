import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../domain/clock.ts';
import type { ConversationState, MemberState } from '../domain/conversation.ts';
import { hasChanged, ownStateOf } from '../domain/own-state.ts';
import { requirePermission } from '../domain/permissions.ts';
import { caughtUp, isNewsOfReading } from '../domain/posters.ts';
import {
  type Audience,
  audienceOf,
  audienceOfPosting,
  mostHeardMembers,
  ownReceipt,
  type Raise,
  raised,
  receiptsOf,
} from '../domain/receipts.ts';
import { Problem } from '../protocol/errors.ts';
import { userId } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { MessageReceipts, Receipt } from '../protocol/receipts.ts';
import { cursorOf, positionIn } from './cursors.ts';
import { memberFrom } from './items.ts';
import { memberKey } from './keys.ts';
import type { Members } from './members.ts';
import { nextOwnVersion } from './own-states.ts';
import type { Place } from './places.ts';
import { despiteTransactions, isConditionFailed, itemThatFailed, type Table } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  members: Members;
}

/** What a caller has read or received. */
interface Seen {
  read?: number;
  delivered?: number;
}

/** Without the profiles of those whom it names. */
type ReceiptsPage = Omit<MessageReceipts, 'users'>;

/** More would mean that somebody reads faster than a write takes. */
const tries = 20;

export const createReceipts = ({ table, clock, members }: Deps) => {
  /**
   * Raises somebody's watermarks, which only ever rise: each write holds while they are those that were found. Of two devices that
   * raise them at once, the later one looks again, at what its write has met. Reading takes an unread mark away, however little there
   * was to read; whoever posts makes it void, since it is a number.
   * @returns the membership as it is then, raised or not; undefined for who is no member any more
   */
  const raise = async (tenant: string, found: MemberState, wish: Raise): Promise<MemberState | undefined> => {
    let member = found;
    for (let turn = 0; turn < tries; turn += 1) {
      if (!wouldChange(member, wish)) return member;
      const change = raised(member, wish);
      // Whoever sees the message knows from it what its sender has read.
      const isQuiet = wish.by === 'post' && wish.audience === 'nobody' && !hasChanged(member, { ...member, ...change });
      const standing = await write(table, tenant, member, { change: change ?? {}, isRead: isReading(wish), isQuiet });
      if (standing === 'written') return { ...member, ...change };
      if (!standing) return undefined;
      member = standing;
    }
    throw new Problem('unavailable');
  };

  return {
    /**
     * The message's sender has read what came before, whether or not they show what they read. Where the conversation tells as much, and
     * nobody is to hear of it, that takes no write. Safe to repeat.
     */
    raiseBySender: async (
      tenant: string,
      { conversation, sender, message }: { conversation: ConversationState; sender: MemberState; message: Message },
    ): Promise<void> => {
      const audience = audienceOfPosting(conversation);
      if (audience === 'nobody' && !isNewsOfReading(conversation, sender, message.seq)) return;
      const at = new Date(message.createdAt);
      await raise(tenant, sender, { read: message.seq, by: 'post', isShown: true, audience, at });
    },

    /** Writes down what somebody's posts tell of their reading, for the conversation is about to forget it. Safe to repeat. */
    keep: async (tenant: string, conversation: ConversationState, member: MemberState): Promise<void> => {
      const { lastReadSeq: read } = caughtUp(conversation, member);
      await raise(tenant, member, { read, by: 'post', isShown: true, audience: 'nobody', at: clock.now() });
    },

    /**
     * Whoever took a number has read what came before it. Where no message tells that, since the number came to nothing, it is told like
     * any other reading; it leaves an unread mark that is newer. Safe to repeat.
     */
    tellOfVoid: async (
      tenant: string,
      conversation: ConversationState,
      member: MemberState,
      seq: number,
    ): Promise<void> => {
      if (caughtUp(conversation, member).lastReadSeq < seq) return;
      await raise(tenant, member, {
        read: seq,
        by: 'read',
        isShown: true,
        keepsMark: true,
        audience: audienceIn(conversation),
        at: clock.now(),
      });
    },

    /**
     * The caller has read, or received, up to a number that is taken. Safe to repeat; what raises nothing and finds no unread mark writes
     * nothing.
     * @throws Problem `invalid_request` for a number that is still to come, `forbidden` to whoever is no member
     */
    raise: async ({ caller, conversation, member, standings, receiptsOff }: Place, seen: Seen): Promise<Receipt> => {
      requirePermission(standings, 'receipt.raise');
      if (Math.max(seen.read ?? 0, seen.delivered ?? 0) > conversation.seq) throw notTaken(conversation.seq);
      const wish: Raise = {
        ...seen,
        by: 'read',
        isShown: !receiptsOff,
        audience: audienceIn(conversation),
        at: clock.now(),
      };
      const isKnown = member && !wouldChange(caughtUp(conversation, member), wish);
      const raisedMember = isKnown ? member : member && (await raise(caller.tenant, member, wish));
      if (!raisedMember) throw new Problem('not_found');
      return ownReceipt(caughtUp(conversation, raisedMember));
    },

    /**
     * Who has received and read a message: one page of those who received it, by user id, and who of them has read it.
     * @throws Problem `forbidden` to whoever has read receipts off
     */
    page: async (
      { caller, conversation, receiptsOff }: Place,
      message: Message,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ): Promise<ReceiptsPage> => {
      if (receiptsOff) throw new Problem('forbidden', { detail: 'Your own read receipts are off.' });
      const scope = `receipts:${message.id}`;
      const after = cursor === undefined ? undefined : positionIn(cursor, scope, userId);
      if (conversation.live !== 'all' || conversation.memberCount > mostHeardMembers) return tooMany;
      const everybody = await members.all(caller.tenant, conversation.id, { consistent: true });
      const { readBy, deliveredTo, memberCount } = receiptsOf(message, everybody);
      const rest = deliveredTo.filter((one) => after === undefined || one.userId > after);
      const shown = rest.slice(0, limit);
      const last = rest.length > limit ? shown.at(-1) : undefined;
      const onPage = new Set(shown.map((one) => one.userId));
      return {
        readBy: readBy.filter((one) => onPage.has(one.userId)),
        deliveredTo: shown,
        readCount: readBy.length,
        deliveredCount: deliveredTo.length,
        memberCount,
        nextCursor: last ? cursorOf(scope, last.userId) : null,
        hasMore: last !== undefined,
      };
    },
  };
};
export type Receipts = ReturnType<typeof createReceipts>;

const tooMany: ReceiptsPage = {
  readBy: [],
  deliveredTo: [],
  readCount: null,
  deliveredCount: null,
  memberCount: null,
  nextCursor: null,
  hasMore: false,
};

const notTaken = (seq: number): Problem =>
  new Problem('invalid_request', { errors: [{ path: 'seq', message: `is not taken yet: the newest is ${seq}` }] });

const audienceIn = ({ live, memberCount }: ConversationState): Audience =>
  live === 'all' ? audienceOf(memberCount) : 'nobody';

const isReading = ({ by, read, keepsMark }: Raise): boolean => by === 'read' && read !== undefined && !keepsMark;

/** Reading takes an unread mark away, whatever it raises. */
const wouldChange = (member: MemberState, wish: Raise): boolean =>
  raised(member, wish) !== undefined || (isReading(wish) && ownStateOf(member).markedUnread);

/** @returns what stands in the way, if the watermarks are not those of `found` any more; undefined if nobody is there */
const write = async (
  table: Table,
  tenant: string,
  found: MemberState,
  { change, isRead, isQuiet }: { change: Partial<MemberState>; isRead: boolean; isQuiet: boolean },
): Promise<'written' | MemberState | undefined> => {
  const fields = Object.entries(change);
  // Fewer mentions are unread, and no mark may stand: that is a new version of what they keep for themselves.
  const isOwnNews = isRead || change.lastReadSeq !== undefined;
  const sets = [...fields.map(([name]) => `${name} = :${name}`), isOwnNews ? nextOwnVersion.set : 'news = :news'];
  // What they keep may have become such meanwhile that this changes it.
  const sameVersion =
    found.ownVersion === undefined ? 'attribute_not_exists(ownVersion)' : 'ownVersion = :foundVersion';
  try {
    await despiteTransactions(() =>
      table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: memberKey(tenant, found.conversationId, found.userId),
          UpdateExpression: `SET ${sets.join(', ')}${isRead ? ' REMOVE markedUnreadSeq' : ''}`,
          ConditionExpression: `lastReadSeq = :foundRead AND shownReadSeq = :foundShown AND lastDeliveredSeq = :foundDelivered${isQuiet ? ` AND ${sameVersion}` : ''}`,
          ExpressionAttributeValues: {
            ...Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
            ...(isOwnNews ? nextOwnVersion.values : {}),
            ':news': isQuiet ? 'known' : 'told',
            ...(isQuiet && found.ownVersion !== undefined && { ':foundVersion': found.ownVersion }),
            ':foundRead': found.lastReadSeq,
            ':foundShown': found.shownReadSeq,
            ':foundDelivered': found.lastDeliveredSeq,
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    return 'written';
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    const item = itemThatFailed(error);
    return item && memberFrom(item);
  }
};
