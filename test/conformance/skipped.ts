/**
 * Stories that do not run against a stage that is deployed, and why. The runner skips by this list, and docs/conformance.md has it as a
 * table, printed from here.
 */
export const reasons = {
  inside:
    'It looks into the cloud (metered calls, logs, events, queues), or breaks something in it, which only the local cloud lets one do.',
  settings: 'It needs a stage with other settings.',
  keys: 'It changes the keys of the token issuer, which others use as well.',
  gateway: 'MiniStack has not this limit or answer of API Gateway.',
  paths: 'MiniStack decodes paths otherwise than API Gateway.',
  cors: 'MiniStack answers preflights by settings of its own.',
  address: 'It expects an API to be at the root of its host; at the endpoint it is a path.',
  slow: 'It looks, for many inputs, whether something was written, and can only wait to be sure; what it asks of the cloud, other stories ask.',
  burst: 'It calls one function many times at once, and MiniStack starts a process for each call.',
} as const;

export interface Skipped {
  /** Below test/e2e, without `.test.ts`. */
  file: string;
  /** Titles of tests or of groups of them, as the file spells them; the whole file, if left out. */
  stories?: readonly string[];
  /** `deployed`: wherever it is deployed. `endpoint`: at MiniStack alone. */
  on: 'deployed' | 'endpoint';
  why: keyof typeof reasons;
}

const inside = (file: string, ...stories: string[]): Skipped => ({ file, stories, on: 'deployed', why: 'inside' });
const whole = (file: string, why: 'inside' | 'settings' | 'slow'): Skipped => ({ file, on: 'deployed', why });
const atMiniStack = (file: string, why: keyof typeof reasons, ...stories: string[]): Skipped => ({
  file,
  stories,
  on: 'endpoint',
  why,
});

export const skipped: readonly Skipped[] = [
  whole('bad-fields', 'slow'),
  atMiniStack(
    'bad-input',
    'gateway',
    'answers a body beyond what the gateway takes as the gateway does',
    '%s is no path at all',
  ),
  atMiniStack('bad-input', 'paths', '$what names a userId that is none'),
  {
    file: 'bad-input',
    stories: ['refuses a body that is none of its kind, and writes nothing'],
    on: 'deployed',
    why: 'slow',
  },
  inside('bad-input', 'when something behind it fails'),
  whole('before-send', 'settings'),
  inside('blocks', 'costs a send nothing'),
  atMiniStack('blocks', 'paths', 'holds ids of any kind', 'to block %j, which is nobody'),
  whole('budgets', 'inside'),
  whole('budgets-messages', 'inside'),
  whole('budgets-threads', 'inside'),
  whole('budgets-sync', 'inside'),
  whole('budgets-receipts', 'inside'),
  whole('budgets-presence', 'inside'),
  whole('canary', 'inside'),
  inside('commands', 'answers unavailable while the table throttles or fails, and stores the repetition once'),
  whole('connections', 'inside'),
  whole('consumers', 'inside'),
  inside(
    'conversation-settings',
    'a send that is under way when the group is closed to members takes no number',
    'newcomers who look before it is filed hear how far the sender of what they do not see has read',
  ),
  whole('cost', 'inside'),
  whole('crashes', 'inside'),
  inside(
    'delete-for-me',
    'is either deleted for oneself altogether or not at all, whatever step goes wrong (%s)',
    'lets a client that follows show the same as one that fetches, with frames late and twice',
  ),
  whole('digests', 'inside'),
  whole('domain-events', 'inside'),
  inside('drafts', 'agrees on two devices, whatever comes late, twice or crashes'),
  whole('edit-windows', 'settings'),
  inside('frames', 'keeps content, ids and tokens out of the logs, whether a command succeeds or fails'),
  atMiniStack(
    'frames',
    'gateway',
    'answers %s with an error that repeats the id, and keeps the connection',
    'closes the connection at %s with %i, and no other',
  ),
  inside(
    'health-and-docs',
    'is not ready, but alive, while the table cannot be reached',
    'does not wait for a table that does not answer',
  ),
  atMiniStack('health-and-docs', 'address', 'serves a valid OpenAPI document that names this server and every route'),
  atMiniStack(
    'health-and-docs',
    'cors',
    'may ask whether they may call %s',
    'may read answers, refusals and how long to wait',
  ),
  inside('holes', 'gives a late sender, whose number was closed meanwhile, a new one, and keeps to it'),
  {
    file: 'identity',
    stories: [
      'may be rotated: the new one is good at once, and the old one as long as it is published',
      'may be rotated just after a stranger made up the name of one',
      'may be withdrawn: what the old one signed is refused once the new one has been seen',
    ],
    on: 'deployed',
    why: 'keys',
  },
  atMiniStack(
    'inbox',
    'burst',
    'holds each conversation once, however many there are and whatever the size of its pages',
  ),
  inside('inbox', 'moves a conversation that wakes up in a new hour up for each of its members'),
  whole('large-rooms', 'settings'),
  whole('large-rooms-scale', 'settings'),
  whole('least-privilege', 'inside'),
  inside('live', 'carries the id of a traceparent through the logs, over sockets and HTTP'),
  whole('logs', 'inside'),
  inside('mentions', 'are right on every device while events come twice, late and out of order, and workers crash'),
  atMiniStack('messages', 'burst', 'answers a send beyond the rate limit with how long to wait'),
  whole('notifications', 'settings'),
  whole('observability', 'settings'),
  inside(
    'order',
    'puts all events of one stream batch that go to one connection into one frame, in order',
    'leaves a connection’s own messages out of its batches',
    'splits what is too much for one frame into as few as it takes',
    'lets duplicated and delayed batches lead to nothing but duplicates, which clients drop by (conversationId, seq, rev)',
  ),
  inside(
    'own-state',
    'goes when its member posts, and stays where they had posted before',
    'agrees on two devices while batches come late and twice, and writes crash',
  ),
  whole('permission-matrix', 'settings'),
  inside('permission-matrix-websocket', 'refuses every token that is not good'),
  inside(
    'pins',
    'is told to everybody, in step with what can be fetched, whatever becomes of the messages',
    'pins once for all, although it collides and its function dies at any of its calls',
  ),
  whole('presence', 'inside'),
  whole('presence-privacy', 'inside'),
  inside(
    'quotes',
    'lets a client that follows show the same as one that fetches, whatever becomes of what is quoted, with frames late and twice',
  ),
  atMiniStack('rate-limit', 'burst', 'limits no service'),
  whole('presence-watch', 'settings'),
  whole('reactions', 'settings'),
  inside('read-receipts-off', 'is kept with the profile and with the connections, both or none'),
  whole('receipt-counts', 'settings'),
  inside(
    'receipts',
    'batches of the stream that come twice and late change nothing',
    'a read whose function %s any of its calls is done once it is repeated',
    'a fan-out that dies in the middle of it tells everybody when it is repeated',
  ),
  whole('sending', 'inside'),
  inside(
    'slow-mode',
    'does not let an attempt that died stand in the way of its repetition, whichever call it died at',
  ),
  inside('sync', 'catches up while functions die and fail, and batches of the stream come twice and late'),
  atMiniStack('tenants', 'burst', 'do not use up each other’s rate limit'),
  atMiniStack('tenants', 'paths', 'works in paths'),
  inside(
    'threads',
    'counts a reply once, whatever step of %s goes wrong (%s), and however often it is repeated',
    'counts a reply once whose number was closed before it came',
    'lets a client that follows show the same threads as one that fetches, with frames late and twice',
    'lets a client come back to the same threads that lost its socket between a reply and the news of its thread',
    'tells of the threads of missed replies in one more round trip, and of what was read elsewhere for the asking',
  ),
  whole('token-issuers', 'settings'),
  inside(
    'typing',
    'loses nothing else when a post fails: it is dropped',
    'tells connections that are gone nothing, and leaves them to others to strike off',
    'a deleted user’s, on a connection that is open still',
    'costs one round trip and the posts, two where the instance has not seen the conversation lately; nothing is written',
  ),
  inside('user-deletion', 'takes nobody out of their groups for a deletion that was undone'),
  whole('webhooks', 'settings'),
];
